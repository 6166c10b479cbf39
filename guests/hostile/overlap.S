# Instructions within instructions: one string of bytes that means something at every other byte. Entered at the words, it
# is a chain of operations on t1; entered between them, another on t2. It is entered all over and rewritten all the time.
#
# A word is addi or xori t1, t1, 0x839 or 0xC39. Its upper half with the lower half of the next word is addi or xori
# t2, t2, 0x031 or 0x431: what one chain does is what the other adds. The last word is addi t0, t0, 0x808, whose upper
# half is c.jr ra: there both end.
#include "attack.h"
#define WORDS 48
    attack
    la   s0, chain
    li   s1, 4 * WORDS
    add  s1, s1, s0                     # the last word
    li   t0, 0x80828293
    sw   t0, 0(s1)
    li   t0, 0x8082
    sh   t0, 4(s1)
    mv   s2, s0
1:  jal  rewrite
    addi s2, s2, 4
    bltu s2, s1, 1b
loop:
    random
    srli t0, s10, 8                     # another word somewhere
    li   t1, WORDS
    remu t0, t0, t1
    slli t0, t0, 2
    add  s2, s0, t0
    jal  rewrite
    random
    andi t0, s10, 1
    bnez t0, 2f
    fence.i
2:  random
    srli t0, s10, 8                     # an entry somewhere, at a word and after it
    li   t1, WORDS
    remu t0, t0, t1
    slli t0, t0, 2
    add  s3, s0, t0
    jal  enter_words
    jal  enter_between
    mv   s3, s0                         # and at the start
    jal  enter_between
    jal  enter_words
    j    loop

# Writes a random word at s2.
rewrite:
    random
    li   t0, 0x83930313                 # addi t1, t1, 0x839, that is addi t2 between
    srli t1, s10, 31                    # xori here
    slli t1, t1, 14
    or   t0, t0, t1
    srli t1, s10, 30                    # xori between
    andi t1, t1, 1
    slli t1, t1, 30
    or   t0, t0, t1
    sw   t0, 0(s2)
    ret

# Runs the chain from the word at s3 on, and does the same with other instructions.
enter_words:
    mv   s8, ra
    mv   t1, s10
    mv   t2, s3
    mv   a0, s10
3:  lw   t3, 0(t2)
    srai t4, t3, 20
    slli t3, t3, 17                     # bit 14: xori
    bltz t3, 4f
    add  a0, a0, t4
    j    5f
4:  xor  a0, a0, t4
5:  addi t2, t2, 4
    bltu t2, s1, 3b
    jalr s3
    expect t1, a0
    jr   s8

enter_between:
    mv   s8, ra
    addi t0, s3, 2
    mv   a1, t0
    mv   a0, s10
6:  lhu  t3, 0(a1)
    lhu  t4, 2(a1)
    slli t4, t4, 16
    srai t4, t4, 20
    slli t3, t3, 17
    bltz t3, 7f
    add  a0, a0, t4
    j    8f
7:  xor  a0, a0, t4
8:  addi a1, a1, 4
    bltu a1, s1, 6b
    mv   t2, s10
    jalr t0
    expect t2, a0
    jr   s8

    .section .bss.chain, "aw", @nobits
    .balign 4096
    .space 4096 - 96                    # it crosses into another page
chain:
    .space 4 * WORDS + 8
