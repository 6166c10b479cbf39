# Ends through the host interface of test suites, a word called tohost, with an odd value that means failure 1,234.
#include "attack.h"
    attack
    la   t0, tohost
    li   t1, 1234 << 1 | 1
1:  sw   t1, 0(t0)
    j    1b

    .section .data
    .globl tohost
    .balign 64
tohost:
    .dword 0
