# 100,000 blocks of code, no two alike, more than any cache holds: run in an order that leaps, checked against what they
# should have come to, and partly rewritten for the next time.
#include "attack.h"
#define BLOCKS 100000
#define STEP 61803                      /* no common divisor with BLOCKS, so all have their turn before the first again */
    attack
    la   s0, stack_top                  # block n is sixteen bytes at s0 + 16 * n
    li   s1, BLOCKS
    li   s3, STEP
    li   s11, 0x5A5A1234
    li   s7, 0                          # its number
    mv   s8, s0
generate:
    jal  operation
    add  t0, s7, s3                     # the block after it: the last leads back here
    bltu t0, s1, 1f
    sub  t0, t0, s1
1:  slli t1, t0, 4
    add  t1, t1, s0
    bnez t0, 2f
    la   t1, round
2:  slli t2, t1, 20                     # the lower part is signed, so the upper part is rounded
    li   t3, 0x00028067                 # jalr zero, …(t0)
    or   t2, t2, t3
    sw   t2, 12(s8)
    li   t3, 0x800
    add  t1, t1, t3
    srli t1, t1, 12
    slli t1, t1, 12
    li   t3, 0x000002B7                 # lui t0, …
    or   t1, t1, t3
    sw   t1, 8(s8)
    addi s8, s8, 16
    addi s7, s7, 1
    bltu s7, s1, generate
    fence.i
start:
    mv   a0, s10
    jr   s0
round:
    mv   s4, a0                         # the same, block by block
    mv   a0, s10
    li   s7, 0
3:  slli t0, s7, 4
    add  t0, t0, s0
    lw   t1, 0(t0)
    srai t2, t1, 20
    slli t1, t1, 17                     # bit 14: xori
    bltz t1, 4f
    add  a0, a0, t2
    j    5f
4:  xor  a0, a0, t2
5:  sub  a0, s11, a0
    add  s7, s7, s3
    bltu s7, s1, 6f
    sub  s7, s7, s1
6:  bnez s7, 3b
    expect a0, s4
    li   s9, 4096                       # other operations for some
7:  random
    srli s7, s10, 8
    remu s7, s7, s1
    slli s8, s7, 4
    add  s8, s8, s0
    jal  operation
    addi s9, s9, -1
    bnez s9, 7b
    fence.i
    j    start

# Writes what a block does at s8: adds a random number or takes its exclusive or, and subtracts that from s11.
operation:
    random
    srli t0, s10, 20
    slli t0, t0, 20
    andi t1, s10, 1
    slli t1, t1, 14
    or   t0, t0, t1
    li   t1, 0x00050513                 # addi a0, a0, …
    or   t0, t0, t1
    sw   t0, 0(s8)
    li   t0, 0x40AD8533                 # sub a0, s11, a0
    sw   t0, 4(s8)
    ret
