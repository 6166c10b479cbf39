# Every hart interrupts every hart, as fast as it can, and sleeps in between so as to be woken.
#include "attack.h"
    attack_on_all
    la   t0, handler
    csrw mtvec, t0
    slli s2, a0, 2
    li   s0, CLINT_BASE
    add  s2, s2, s0                     # this hart's own doorbell
    li   s1, 1
    li   t0, MACHINE_SOFTWARE
    csrw mie, t0
    csrsi mstatus, MSTATUS_MIE
1:  .set hart, 0
    .rept 8
    sw   s1, 4 * hart(s0)
    .set hart, hart + 1
    .endr
    wfi
    j    1b

    .balign 4
handler:
    sw   zero, 0(s2)
    mret
