# Reads from where nothing is, at full speed: the whole address space but its devices and RAM, a page at a time.
#include "attack.h"
    attack
    skip_traps
    li   s1, 4096
    li   s2, 0x20000000                 # above the devices
    li   s3, 0x80000000                 # RAM
again:
    mv   s0, s2
1:  lw   t0, 0(s0)
    lbu  t0, 3(s0)
    lw   t0, -2(s0)                     # across two pages of nothing
    sw   t0, 8(s0)
    add  s0, s0, s1
    bltu s0, s3, 1b
    li   s0, -2                         # across the end of the address space
    lw   t0, 0(s0)
    sw   t0, 0(s0)
    j    again
