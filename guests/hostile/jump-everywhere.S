# Jumps through every address: all that are even, in leaps over the whole address space, but for its own two pages.
# A timer's interrupt brings it back from wherever it may get stuck.
#include "attack.h"
    attack
    la   s0, stack_top                  # where the next address is kept, should registers get lost
    recover_at next
next:
    la   s0, stack_top
    lw   s1, 0(s0)
    li   t0, 0x61C88646                 # twice an odd number: comes back after 2^31 steps
    add  s1, s1, t0
    sw   s1, 0(s0)
    recover_at next
    la   t0, _start
    sub  t0, s1, t0
    srli t0, t0, 14
    beqz t0, next                       # its own code
    watchdog 2000
    li   t5, MPP_MACHINE
    csrs mstatus, t5
    csrw mepc, s1
    mret
