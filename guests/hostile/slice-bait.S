# Earns itself long slices, and makes the most of them: cheap arithmetic, until whoever measures its speed believes in it,
# then nothing but the dearest instructions, which change the whole machine's memory protection.
#include "attack.h"
    attack
    li   s0, 0
    li   s1, 0x1F000000                 # an entry behind which nothing changes
again:
    li   s2, 2000000
1:  .rept 10
    addi s3, s3, 3
    .endr
    addi s2, s2, -1
    bnez s2, 1b
    li   s2, 2000
2:  .rept 100
    csrw pmpcfg0, s1
    csrw pmpcfg0, s0
    .endr
    addi s2, s2, -1
    bnez s2, 2b
    j    again
