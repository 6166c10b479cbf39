# The kernel computes with floating point, which the machine does not have.
#include "broken.h"
    .text
    .option arch, +f
    .globl __wrap_kernel_main
__wrap_kernel_main:
    la   t0, silent_handler
    csrw stvec, t0
    li   t0, 1 << 13
    csrs sstatus, t0
    fadd.s ft0, ft1, ft2
    tail __real_kernel_main
    silent_handler
