# Turns the clock: the time and the deadline leap between zero and the end of time, with the timer's interrupt open.
#include "attack.h"
    attack
    la   t0, handler
    csrw mtvec, t0
    li   s0, CLINT_BASE + CLINT_TIME
    li   s1, CLINT_BASE + CLINT_TIME_COMPARE
    li   s2, -1
    li   t0, MACHINE_TIMER
    csrw mie, t0
    csrsi mstatus, MSTATUS_MIE
1:  sw   s2, 4(s0)                      # a tick before the end
    sw   s2, 0(s0)
    sw   s2, 4(s1)
    sw   s2, 0(s1)
    wfi                                 # across it
    sw   zero, 4(s0)
    sw   zero, 0(s0)
    random
    sw   s10, 0(s0)
    sw   s10, 4(s1)
    random
    sw   s10, 4(s0)
    sw   s10, 0(s1)
    csrw minstret, s10
    csrw minstreth, s2
    csrw mcycle, s2
    csrw mcycleh, s2
    j    1b

    .balign 4
handler:
    sw   s2, 4(s1)
    sw   s2, 0(s1)
    mret
