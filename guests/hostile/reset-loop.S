# Resets the machine as the first thing it does.
#include "attack.h"
    attack
    finish TEST_RESET
1:  j    1b
