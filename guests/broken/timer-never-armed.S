# The kernel waits for its timer, which it has not set.
#include "broken.h"
    .text
    .globl __wrap_handle_trap
__wrap_handle_trap:
    unless_system_call
    li   t0, -1
    csrw STIMECMPH, t0
    csrw STIMECMP, t0
    li   t0, STIE
    csrw sie, t0
wait_for_tick:
    wfi
    j    wait_for_tick
