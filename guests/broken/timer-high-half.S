# The kernel sets only the low half of its timer; the high half is still all ones.
#include "broken.h"
    .text
    .globl __wrap_handle_trap
__wrap_handle_trap:
    unless_system_call
    li   t0, -1
    csrw STIMECMPH, t0
    csrr t0, time
    li   t1, 100000
    add  t0, t0, t1
    csrw STIMECMP, t0
    li   t0, STIE
    csrw sie, t0
wait_for_tick:
    wfi
    j    wait_for_tick
