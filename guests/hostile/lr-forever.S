# Takes reservations and never stores: all over RAM, on ROM, on devices.
#include "attack.h"
    attack
    skip_traps
    la   s0, stack_top
    li   s1, 0x100000
    add  s1, s1, s0
    li   s2, BOOT_ROM_BASE
    li   s3, CLINT_BASE
again:
    mv   t0, s0
1:  lr.w t1, (t0)
    addi t0, t0, 4
    bltu t0, s1, 1b
    lr.w t1, (s2)
    lr.w t1, (s3)
    j    again
