# The kernel waits for a second hart that it has not started.
#include "broken.h"
    .text
    .globl __wrap_kernel_main
__wrap_kernel_main:
wait_for_hart:
    lw   t0, second_hart_is_up
    beqz t0, wait_for_hart
    tail __real_kernel_main
    .section .bss.flag, "aw", @nobits
    .balign 4
    .globl second_hart_is_up
    .size second_hart_is_up, 4
second_hart_is_up:
    .space 4
