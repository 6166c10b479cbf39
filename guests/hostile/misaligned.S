# Everything misaligned: loads, stores and atomics at every offset, across pages, lines and the end of RAM; jumps and
# trap vectors in the middle of instructions.
#include "attack.h"
    attack
    li   t0, 0x6000                     # mstatus.FS
    csrs mstatus, t0
    la   s0, stack_top
    li   s1, 0x2000
    add  s1, s1, s0
again:
    skip_traps
    la   s2, stack_top
1:  lh   t0, 1(s2)
    lw   t0, 1(s2)
    lw   t1, 2(s2)
    lw   t2, 3(s2)
    fld  fa0, 1(s2)
    sh   t0, 1(s2)
    sw   t1, 3(s2)
    fsd  fa0, 5(s2)
    lr.w t0, (s2)
    sc.w t0, t1, (s2)
    amoadd.w t0, t1, (s2)
    addi s2, s2, 1
    bltu s2, s1, 1b
    li   s2, 0x80000000                 # across the start of RAM
    lw   t0, -1(s2)
    sw   t0, -2(s2)
    fld  fa0, -4(s2)
    la   s2, instructions
    recover_at 2f
    jr   2(s2)                          # the middle of an instruction
2:  recover_at 3f
    jr   1(s2)
3:  la   t0, instructions + 3           # vectored mode and a reserved one
    csrw mtvec, t0
    la   t0, instructions + 1
    csrw mtvec, t0
    csrw mepc, t0
    j    again

    .balign 4
instructions:
    .word 0x00000013, 0x12340013, 0x00000013
    .word 0                             # an end, for whoever comes here
