# The kernel waits for a tick inside a trap handler, where interrupts are off.
#include "broken.h"
    .text
    .globl __wrap_handle_trap
__wrap_handle_trap:
    unless_system_call
    csrw STIMECMPH, zero
    csrw STIMECMP, zero
    li   t0, STIE
    csrw sie, t0
wait_for_tick:
    wfi
    lw   t0, ticks
    beqz t0, wait_for_tick
    tail __real_handle_trap
    .section .bss.ticks, "aw", @nobits
    .balign 4
    .globl ticks
    .size ticks, 4
ticks:
    .space 4
