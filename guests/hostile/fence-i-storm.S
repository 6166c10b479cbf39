# Nothing but fence.i, and code that changes in between: as many reasons as possible to forget translated code.
#include "attack.h"
    attack
    la   s0, patch
1:  .rept 32
    fence.i
    .endr
    lw   t0, 0(s0)
    sw   t0, 0(s0)
    fence.i
patch:
    addi s1, s1, 1
    j    1b
