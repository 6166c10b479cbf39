# Touches every page of RAM, wherever RAM ends, again and again: each page that can be had is had.
#include "attack.h"
    attack
    li   s1, 4096
again:
    recover_at again
    la   s0, stack_top
1:  sw   s0, 0(s0)
    add  s0, s0, s1
    j    1b                             # until the store behind RAM traps
