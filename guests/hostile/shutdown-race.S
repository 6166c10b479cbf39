# Eight harts that switch the machine off at the same time, while each still starts the others.
#include "attack.h"
    attack_on_all
    li   s0, 8
    li   s1, 0
1:  mv   a0, s1
    la   a1, race
    li   a6, 0                          # hart_start
    li   a7, SBI_HSM
    ecall
    addi s1, s1, 1
    bltu s1, s0, 1b
race:
    li   s2, 1000                       # so that all are there
2:  addi s2, s2, -1
    bnez s2, 2b
    li   a0, 0
    li   a1, 0
    li   a6, 0
    li   a7, SBI_RESET
    ecall
    j    race
