# The kernel jumps by SRET to where it would run if it were mapped high.
#include "broken.h"
    .text
    .globl __wrap_resume
__wrap_resume:
    la   t0, silent_handler
    csrw stvec, t0
    la   t0, __real_resume
    li   t1, 0x40000000
    add  t0, t0, t1
    csrw sepc, t0
    li   t0, SSTATUS_SPP                # to S-mode
    csrs sstatus, t0
    sret
    silent_handler
