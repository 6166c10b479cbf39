# One page of code under several virtual addresses: executed through one, written to through another that may not execute,
# a third that may do both, and the physical address.
#include "attack.h"
#include "code-pages.h"
#define SLOTS 256                       /* of sixteen bytes */
    attack
    li   t0, 0
    map_page 0, (PTE_R | PTE_X)
    map_page 1, (PTE_R | PTE_W)
    map_page 2, PTE_RWX
    enter_translated storm
storm:
    la   s0, pages                      # the physical address, mapped as it is
    li   s1, WINDOW
    li   s2, 0x00050513                 # addi a0, a0, …
    li   s3, 0x00008067                 # ret
    li   s4, 0x00155513                 # srli a0, a0, 1
    mv   t0, s0
    li   t1, SLOTS
1:  sw   s2, 0(t0)
    sw   s4, 4(t0)
    sw   s3, 8(t0)
    addi t0, t0, 16
    addi t1, t1, -1
    bnez t1, 1b
    fence.i
loop:
    random
    srli t0, s10, 20                    # a slot, and an address to write to it through
    andi t0, t0, SLOTS - 1
    slli s5, t0, 4
    li   t1, 4096
    add  t2, s1, t1
    andi t3, s10, 3
    beqz t3, 2f
    add  t2, t2, t1
    addi t3, t3, -1
    beqz t3, 2f
    mv   t2, s0
2:  add  t2, t2, s5
    random
    srli t0, s10, 20
    slli t0, t0, 20
    or   t0, t0, s2
    sw   t0, 0(t2)
    andi t1, s10, 256
    beqz t1, 3f
    fence.i
3:  srai s6, t0, 20                     # what the code must do
    add  s6, s6, s10
    srli s6, s6, 1
    add  t2, s1, s5
    mv   a0, s10                        # through the address that only executes
    jalr t2
    expect a0, s6
    li   t1, 8192
    add  t2, t2, t1
    mv   a0, s10                        # through the one that does all
    jalr t2
    expect a0, s6
    add  t2, s0, s5
    mv   a0, s10                        # where it is
    jalr t2
    expect a0, s6
    add  t2, s1, s5
    lw   t1, 0(t2)                      # the address that only executes may be read
    expect t1, t0
    j    loop
