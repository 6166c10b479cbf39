# Sleeps for the shortest times there are: one tick of 100 ns, two, up to 64, and again.
#include "attack.h"
    attack
    li   s0, CLINT_BASE + CLINT_TIME
    li   s1, CLINT_BASE + CLINT_TIME_COMPARE
    sw   zero, 4(s1)
    li   t0, MACHINE_TIMER
    csrw mie, t0                        # enabled, but closed in mstatus: it wakes WFI and is not taken
1:  lw   t0, 0(s0)
    addi s2, s2, 1
    andi s2, s2, 63
    add  t0, t0, s2
    addi t0, t0, 1
    sw   t0, 0(s1)
    wfi
    j    1b
