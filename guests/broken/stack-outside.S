# The stack is where RAM would be in a machine of 1 GiB; the trap handler uses it too.
#include "broken.h"
    .text
    .globl __wrap_kernel_main
__wrap_kernel_main:
    la   t0, stack_handler
    csrw stvec, t0
    li   sp, RAM_BASE + 0x40000000
    call __real_kernel_main
    .balign 4
stack_handler:
    addi sp, sp, -64
    sw   ra, 60(sp)
    call panic_after_trap
