# Eight harts that meet, and then switch the machine off at the same time.
#include "attack.h"
    attack_on_all
    li   s0, 8
    li   s1, 0
1:  mv   a0, s1                         # this hart is refused: it runs already
    la   a1, race
    li   a6, 0                          # hart_start
    li   a7, SBI_HSM
    ecall
    addi s1, s1, 1
    bltu s1, s0, 1b
race:
    la   t0, here
    li   t1, 1
    amoadd.w zero, t1, (t0)
    li   s0, 8
2:  lw   t1, 0(t0)
    bltu t1, s0, 2b
    li   a0, 0                          # shut down, for no reason
    li   a1, 0
    li   a6, 0
    li   a7, SBI_RESET
    ecall
    j    race

    .section .bss
    .balign 4
here:
    .space 4
