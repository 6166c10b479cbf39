# A timer set in the past for ever: its interrupt is due again as soon as the handler returns.
#include "attack.h"
    attack
    la   t0, handler
    csrw mtvec, t0
    li   t0, CLINT_BASE + CLINT_TIME_COMPARE
    sw   zero, 4(t0)
    sw   zero, 0(t0)
    li   t1, MACHINE_TIMER
    csrw mie, t1
    csrsi mstatus, MSTATUS_MIE
1:  j    1b

    .balign 4
handler:
    sw   zero, 0(t0)
    mret
