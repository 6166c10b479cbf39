# Interrupts itself, and again from the handler.
#include "attack.h"
    attack
    la   t0, handler
    csrw mtvec, t0
    li   s0, CLINT_BASE
    li   s1, 1
    li   t0, MACHINE_SOFTWARE
    csrw mie, t0
    csrsi mstatus, MSTATUS_MIE
    sw   s1, 0(s0)
1:  j    1b

    .balign 4
handler:
    sw   zero, 0(s0)
    sw   s1, 0(s0)
    mret
