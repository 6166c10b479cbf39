# Eight harts that start one another and stop themselves, as fast as the firmware lets them; wrong hart numbers and
# addresses in between.
#include "attack.h"
    attack_on_all
    mv   s0, a0                         # this hart; hart 0 never stops
    li   s10, 0x2545F491
    add  s10, s10, a0
    add  s10, s10, a1
again:
    random
    andi a0, s10, 7
    la   a1, _start
    mv   a2, s10
    li   a6, 0                          # hart_start
    li   a7, SBI_HSM
    ecall
    mv   a0, s10
    li   a6, 2                          # hart_get_status, of no hart
    ecall
    andi a0, s10, 15
    ecall
    mv   a1, s10                        # hart_start, of any hart, anywhere in firmware, devices and nothing
    slli a1, a1, 1
    srli a1, a1, 1
    li   a6, 0
    ecall
    beqz s0, again
    li   a6, 1                          # hart_stop
    ecall
    j    again
