# Jumps to itself with interrupts disabled.
#include "attack.h"
    attack
    csrw mie, zero
    csrci mstatus, MSTATUS_MIE
    j    .
