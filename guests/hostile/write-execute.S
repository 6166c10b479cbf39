# Writes and executes all through memory: data becomes code, code becomes data, beside code that stays, in every page, and
# in the page of the very code that does it.
#include "attack.h"
#define RAM_END (RAM_BASE + (16 << 20))
    attack
    la   s0, stack_top
    li   s1, RAM_END - 64
    sub  s1, s1, s0                     # bytes to choose from
    li   s2, 0x00050513                 # addi a0, a0, …
    li   s3, 0x00008067                 # ret
loop:
    random
    srli t0, s10, 4
    remu t0, t0, s1
    andi t0, t0, -2                     # instructions may lie on every other byte
    add  s4, s0, t0
    la   t0, own
    andi t1, s10, 15
    bnez t1, 1f
    mv   s4, t0                         # now and then, behind the loop itself
1:  li   s5, 4
2:  random
    srli t0, s10, 20
    slli t1, t0, 20
    srai s6, t1, 20
    or   t1, t1, s2
    sh   t1, 0(s4)                      # half by half, for the sake of alignment
    srli t2, t1, 16
    sh   t2, 2(s4)
    sh   s3, 4(s4)
    srli t2, s3, 16
    sh   t2, 6(s4)
    andi t2, s10, 1
    bnez t2, 3f
    fence.i
3:  li   a0, 77
    jalr s4
    addi s6, s6, 77
    expect a0, s6
    lhu  t2, 2(s4)                      # what is executed can still be read
    srli t3, t1, 16
    expect t2, t3
    sw   s10, 16(s4)                    # and has data beside it
    lw   t2, 16(s4)
    expect t2, s10
    li   a0, 77
    jalr s4
    expect a0, s6
    not  t1, s10                        # as data again
    sb   t1, 0(s4)
    sb   t1, 5(s4)
    lbu  t2, 5(s4)
    andi t1, t1, 255
    expect t2, t1
    addi s5, s5, -1
    bnez s5, 2b
    j    loop
    .balign 8
own:
    .space 64
