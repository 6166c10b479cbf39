# The trap handler switches to a stack that is not mapped in the address spaces of processes.
#include "broken.h"
    .text
    .globl __wrap_resume
__wrap_resume:
    la   t0, stack_handler
    csrw stvec, t0
    go_to_process
    .balign 4
stack_handler:
    li   sp, 0xC0001000
    addi sp, sp, -16
    sw   ra, 12(sp)
    call handle_trap
