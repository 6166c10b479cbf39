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
    # Interrupts are taken only after wfi: one taken before it would wake nobody, and all could sleep.
1:  csrci mstatus, MSTATUS_MIE
    .set hart, 0
    .rept 8
    li   t0, hart
    beq  a0, t0, 2f
    sw   s1, 4 * hart(s0)
2:  .set hart, hart + 1
    .endr
    wfi
    csrsi mstatus, MSTATUS_MIE
    j    1b

    .balign 4
handler:
    sw   zero, 0(s2)
    mret
