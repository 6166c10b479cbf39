# sscratch is not set before the first process runs, so that its first trap saves registers at 0.
#include "broken.h"
    .text
    .globl __wrap_resume
__wrap_resume:
    la   t0, user_trap
    csrw stvec, t0
    go_to_process
