# Page tables outside RAM: random roots over all 34 bits of physical addresses, and a root in RAM full of random entries.
#include "attack.h"
#include "page-tables.h"
    attack
    open_memory
    la   s9, table
    li   t5, 0x20000000                 # menvcfgh.ADUE
    csrw menvcfgh, t5
again:
    li   s1, 64
1:  random
    srli t0, s10, 10
    use_table
    random
    andi s0, s10, -4
    touch_translated
    addi s1, s1, -1
    bnez s1, 1b
    la   s2, table_end
    mv   s3, s9
2:  random
    ori  t0, s10, PTE_V
    sw   t0, 0(s3)
    addi s3, s3, 4
    bltu s3, s2, 2b
    srli t0, s9, 12
    use_table
    li   s1, 64
3:  random
    andi s0, s10, -4
    touch_translated
    addi s1, s1, -1
    bnez s1, 3b
    j    again
