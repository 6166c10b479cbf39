# 524,288 different blocks of code, run in an order that no cache keeps: each does nothing but jump to a far one.
#include "attack.h"
#define BLOCKS (1 << 19)
#define STEP 0x5DEB5                    /* odd, so that all blocks have their turn before the first comes again */
    attack
    la   s0, stack_top                  # block n is eight bytes at s0 + 8 * n, and jumps to n + STEP
    li   s1, BLOCKS
    addi s2, s1, -1
    li   s3, STEP
    li   s4, 0x000002B7                 # lui t0, 0
    li   s5, 0x00028067                 # jalr zero, 0(t0)
    li   s6, 0x800
    li   s7, 0
    mv   s8, s0
generate:
    add  t0, s7, s3
    and  t0, t0, s2
    slli t0, t0, 3
    add  t0, t0, s0
    slli t1, t0, 20                     # the lower part is signed, so the upper part is rounded
    or   t1, t1, s5
    add  t0, t0, s6
    srli t0, t0, 12
    slli t0, t0, 12
    or   t0, t0, s4
    sw   t0, 0(s8)
    sw   t1, 4(s8)
    addi s8, s8, 8
    addi s7, s7, 1
    bltu s7, s1, generate
    fence.i
    jr   s0
