# The threshold of the kernel's context is as high as can be.
#include "broken.h"
    .text
    .globl __wrap_resume
__wrap_resume:
    li   t0, PLIC_SUPERVISOR_THRESHOLD
    li   t1, 7
    sw   t1, 0(t0)
    tail __real_resume
