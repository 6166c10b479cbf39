# Rewrites itself at each step: the next instruction, the loop around it, and the store that does it.
#include "attack.h"
    attack
    la   s0, next
    la   s1, store
    lw   s2, 0(s1)                      # the store itself
    la   s3, here
    lw   s4, 0(s3)
    li   s5, 0x00050513                 # addi a0, a0, 0
loop:
    random
    slli t0, s10, 20                    # its immediate
    or   t0, t0, s5
store:
    sw   t0, 0(s0)
next:
    addi a0, a0, 0
    sw   s2, 0(s1)
here:
    sw   s4, 0(s3)                      # rewrites itself
    sb   s10, 3(s0)                     # a quarter of an instruction: the immediate's upper byte
    j    next_step
    .balign 64
next_step:
    j    loop
