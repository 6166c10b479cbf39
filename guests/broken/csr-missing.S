# The kernel sets stimecmp on a machine without Sstc.
#include "broken.h"
    .text
    .globl __wrap_kernel_main
__wrap_kernel_main:
    la   t0, silent_handler
    csrw stvec, t0
    li   t0, -1
    csrw STIMECMP, t0
    tail __real_kernel_main
    silent_handler
