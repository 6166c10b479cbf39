# 131,072 different blocks of code, run in an order that no cache keeps: each adds one and jumps to a far one.
#include "attack.h"
#define BLOCKS 0x20000
#define STEP 0x9E35                     /* odd, so that the steps visit every block before they come back */
    attack
    la   s0, stack_top
    li   s1, BLOCKS
    li   s2, 0
    li   s3, 0x00150513                 # addi a0, a0, 1
    li   s4, 0x000002EF                 # jal t0, which is not used: an offset of 0, to be filled in
    li   s5, BLOCKS - 1
    li   s6, STEP
generate:                               # block s2 jumps to block (s2 + STEP) % BLOCKS, less than 1 MiB away
    add  t0, s2, s6
    and  t0, t0, s5
    sub  t0, t0, s2                     # in blocks
    slli t0, t0, 3
    addi t0, t0, -4                     # the jump is the block's second instruction
    srli t1, t0, 31                     # imm[20] to bit 31
    slli t1, t1, 31
    srli t2, t0, 1                      # imm[10:1] to bits 30:21
    andi t2, t2, 0x3FF
    slli t2, t2, 21
    or   t1, t1, t2
    srli t2, t0, 11                     # imm[11] to bit 20
    andi t2, t2, 1
    slli t2, t2, 20
    or   t1, t1, t2
    srli t2, t0, 12                     # imm[19:12] to bits 19:12
    andi t2, t2, 0xFF
    slli t2, t2, 12
    or   t1, t1, t2
    or   t1, t1, s4
    slli t2, s2, 3
    add  t2, t2, s0
    sw   s3, 0(t2)
    sw   t1, 4(t2)
    addi s2, s2, 1
    bltu s2, s1, generate
    fence.i
    jr   s0
