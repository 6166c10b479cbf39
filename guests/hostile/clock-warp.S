# Turns the clock: the time and the deadline leap between zero and the end of time, and the time runs across it, with the
# timer's interrupt open; the counters of cycles and instructions go the same way.
#include "attack.h"
    attack
    la   t0, handler
    csrw mtvec, t0
    li   s0, CLINT_BASE + CLINT_TIME
    li   s1, CLINT_BASE + CLINT_TIME_COMPARE
    li   s2, -1
    li   s3, -2000                      # 200 us before the end of time
    li   s4, -1000
    li   s5, 500
    li   t0, MACHINE_TIMER
    csrw mie, t0
    csrsi mstatus, MSTATUS_MIE
again:
    sw   s2, 4(s0)
    sw   s3, 0(s0)
    sw   s2, 4(s1)
    sw   s4, 0(s1)
1:  lw   t0, 4(s0)
    bnez t0, 1b                         # until time starts again
    csrci mstatus, MSTATUS_MIE          # or the interrupt comes before wfi, which then waits for ever
    sw   zero, 4(s0)
    sw   zero, 0(s0)
    sw   s5, 0(s1)
    sw   zero, 4(s1)
    wfi
    csrsi mstatus, MSTATUS_MIE
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
    j    again

    .balign 4
handler:
    sw   s2, 4(s1)
    sw   s2, 0(s1)
    mret
