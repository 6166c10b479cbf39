# Waits for an interrupt where none is enabled.
#include "attack.h"
    attack
    csrw mie, zero
1:  wfi
    j    1b
