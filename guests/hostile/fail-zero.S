# Ends with failure, and 0 for a code: it must not look like success.
#include "attack.h"
    attack
    finish (0 << 16 | TEST_FAIL)
1:  j    1b
