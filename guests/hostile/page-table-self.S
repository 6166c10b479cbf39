# A page table that is its own next level, so that stores through it rewrite it, while the walk sets A and D bits in it.
#include "attack.h"
#include "page-tables.h"
    attack
    open_memory
    la   s9, table
    li   t5, 0x20000000                 # menvcfgh.ADUE: the walk writes, too
    csrw menvcfgh, t5
again:
    srli s1, s9, 12
    slli s2, s1, 10
    ori  s2, s2, PTE_V                  # this very table as the next level
    la   s3, table_end
    mv   s4, s9
1:  random
    sw   s2, 0(s4)
    andi t0, s10, 3
    bnez t0, 2f
    andi t0, s10, PTE_RWX | PTE_AD
    or   t0, t0, s2
    sw   t0, 0(s4)                      # or as a page, with random rights
2:  addi s4, s4, 4
    bltu s4, s3, 1b
    mv   t0, s1
    use_table
    li   s5, 256
3:  random
    andi s0, s10, -4
    touch_translated
    addi s5, s5, -1
    bnez s5, 3b
    j    again
