# Code on the ends of pages: an instruction that lies in two of them, one that ends with the first, and a branch whose target
# is told by the second page. What lies in the second page changes before each run, with a fence and without.
#include "attack.h"
#define PAIRS 8
    attack
    la   s0, ends                       # where the first page of a pair ends
    li   t0, PAIRS
    li   t1, 4096
    mv   s1, s0
1:  add  s1, s1, t1
    li   t2, 0x00150513                 # addi a0, a0, 1: ends two bytes before the page
    sw   t2, -6(s1)
    li   t2, 0x0513                     # addi a0, a0, …: the lower half
    sh   t2, -2(s1)
    li   t2, 0x8082                     # c.jr ra
    sh   t2, 2(s1)
    add  s1, s1, t1
    addi t0, t0, -1
    bnez t0, 1b
    la   s5, branch_end
    li   s6, 0
loop:
    random
    andi t0, s10, PAIRS - 1
    slli t0, t0, 13
    la   s1, ends
    add  s1, s1, t0
    li   t0, 4096
    add  s1, s1, t0
    li   s2, 16                         # runs of one pair
2:  random
    li   t0, 0xFFF0
    and  t1, s10, t0                    # the immediate, and the upper bits of register a0
    ori  t0, t1, 5
    sh   t0, 0(s1)
    andi t2, s10, 1
    bnez t2, 3f
    fence.i
3:  slli s3, t1, 16                     # what the code must do
    srai s3, s3, 20
    add  s3, s3, s10
    addi s3, s3, 1
    mv   a0, s10
    addi t0, s1, -6
    jalr t0
    expect a0, s3
    mv   a0, s10                        # the instruction on the pages' border alone
    addi s3, s3, -1
    addi t0, s1, -2
    jalr t0
    expect a0, s3
    random
    srli t0, s10, 31                    # now the lower half: addi or xori
    slli t0, t0, 14
    li   t2, 0x0513
    or   t2, t2, t0
    sh   t2, -2(s1)
    slli s3, t1, 16
    srai s3, s3, 20
    mv   a0, s10
    xor  t4, s10, s3
    add  t5, s10, s3
    mv   s3, t5
    beqz t0, 4f
    mv   s3, t4
4:  addi t0, s1, -2
    jalr t0
    expect a0, s3
    li   t2, 0x0513
    sh   t2, -2(s1)
    addi s2, s2, -1
    bnez s2, 2b

    # A branch across the border: its upper half says whether it compares a0 with zero or with a1, and so where it goes.
    li   s2, 16
5:  random
    li   t0, 0x00B5                     # beq a0, a1, 8 after its first half, in which 8 is
    srli t1, s10, 31
    beqz t1, 6f
    li   t0, 0x0005                     # beq a0, zero, 8
6:  sh   t0, 0(s5)
    li   s3, 2                          # taken
    beqz t1, 7f
    li   s3, 1
7:  li   a0, 5
    li   a1, 5
    addi t0, s5, -2
    jalr t0
    expect a2, s3

    # One that ends with its page; the page after it starts with another one each time.
    random
    srli t0, s10, 20
    slli t0, t0, 20
    li   t1, 0x00060613                 # addi a2, a2, …
    or   t0, t0, t1
    la   t1, border
    sw   t0, 0(t1)
    srai s3, t0, 20
    addi s3, s3, 3
    addi t0, t1, -8
    jalr t0
    expect a2, s3
    addi s2, s2, -1
    bnez s2, 5b
    j    loop

    .text
    .balign 4096
    .space 4094
    .half 0x0463                        # beq a0, …, 8
branch_end:
    .half 0x00B5
    .option rvc
    c.li a2, 1                          # untaken
    c.jr ra
    c.nop
    c.li a2, 2                          # taken: eight bytes from the branch on is six from here, after the nop
    c.jr ra
    .option norvc
    .balign 4096
    .space 4088
    li   a2, 1
    addi a2, a2, 2
border:
    addi a2, a2, 0
    ret

    .section .bss.ends, "aw", @nobits
    .balign 4096
ends:
    .space 2 * PAIRS * 4096
