# Ends with a failure code of its own.
#include "attack.h"
    attack
    finish (42 << 16 | TEST_FAIL)
1:  j    1b
