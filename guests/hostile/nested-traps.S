# A trap handler that traps: each level keeps its frame, up through all of RAM, then from its start again.
#include "attack.h"
    attack
    la   t0, handler
    csrw mtvec, t0
top:
    la   sp, stack_top
    .word 0

    .balign 4
handler:
    csrr t0, mcause
    li   t1, 7                          # store access fault: the frames have left RAM
    beq  t0, t1, top
    csrr t1, mepc
    sw   t0, 0(sp)
    sw   t1, 4(sp)
    addi sp, sp, 64
    andi t2, sp, 64
    bnez t2, 1f
    ecall
1:  ebreak
