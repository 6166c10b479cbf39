# Started in M-mode, the kernel goes down to S-mode without having set up PMP.
#include "broken.h"
    .text
    .globl __wrap_kernel_main
__wrap_kernel_main:
    la   t0, silent_handler
    csrw mtvec, t0
    la   t0, __real_kernel_main
    csrw mepc, t0
    li   t0, 3 << 11
    csrc mstatus, t0
    li   t0, 1 << 11                    # MPP = S
    csrs mstatus, t0
    mret
    silent_handler
