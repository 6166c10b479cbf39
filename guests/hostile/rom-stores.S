# Writes to the boot ROM, in every width, and checks that none of it arrives.
#include "attack.h"
    attack
    skip_traps
again:
    li   s0, BOOT_ROM_BASE
    li   s1, BOOT_ROM_BASE + BOOT_ROM_SIZE
store:
    lw   s2, 0(s0)
    not  t0, s2
    sw   t0, 0(s0)
    sh   t0, 2(s0)
    sb   t0, 1(s0)
    sw   t0, 1(s0)
    amoswap.w t1, t0, (s0)
    lr.w t1, (s0)
    sc.w t1, t0, (s0)
    lw   t1, 0(s0)
    bne  t1, s2, written
    addi s0, s0, 4
    bltu s0, s1, store
    j    again
written:
    finish (1 << 16 | TEST_FAIL)
