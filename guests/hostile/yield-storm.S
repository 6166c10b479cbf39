# Eight harts that give up each turn after one instruction: pause, and waits for reservations that nobody breaks.
#include "attack.h"
    attack_on_all
    la   s0, stack_top
    skip_traps
1:  .rept 16
    .word 0x0100000F                    # pause
    lr.w t0, (s0)
    .word 0x01D00073                    # wrs.sto
    lr.w t0, (s0)
    .word 0x00D00073                    # wrs.nto
    .endr
    j    1b
