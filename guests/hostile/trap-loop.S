# Traps for ever: the vector points where nothing is mapped, so that taking the trap is the next one.
#include "attack.h"
    attack
    li   t0, 0x40000000
    csrw mtvec, t0
    ecall
