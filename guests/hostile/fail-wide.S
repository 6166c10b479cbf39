# Ends with the highest failure code, which does not fit into an exit status.
#include "attack.h"
    attack
    finish (65535 << 16 | TEST_FAIL)
1:  j    1b
