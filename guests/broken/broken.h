// What the faults have in common. Each is a file that is linked over nest: a definition of `__wrap_X` here takes the place
// of nest's X, which is then called `__real_X`. X is `kernel_main` (a0 hart, a1 device tree), `resume` (a0 the frame of the
// process to go to) or `handle_trap` (a0 the frame of the process that trapped; returns the one to go on with).
#include "memory-map.h"

#define SSTATUS_SPP (1 << 8)
#define SSTATUS_SPIE (1 << 5)
#define STIE (1 << 5)
#define CALL_FROM_USER 8
#define FRAME_SEPC 128
#define STIMECMP 0x14d
#define STIMECMPH 0x15d
#define PLIC_SUPERVISOR_ENABLE (PLIC_BASE + PLIC_ENABLE + 0x80)
#define PLIC_SUPERVISOR_THRESHOLD (PLIC_BASE + PLIC_THRESHOLD + 0x1000)
#define PLIC_SUPERVISOR_CLAIM (PLIC_BASE + PLIC_CLAIM + 0x1000)

    .altmacro
    .macro each_register operation, first, last
    .set register, \first
    .rept \last - \first + 1
    \operation %register
    .set register, register + 1
    .endr
    .endm
    .macro restore number
    lw x\number, 4 * \number(a0)
    .endm

    // To the process at a0, as nest's `resume` does but for stvec and sscratch, which are left as they are.
    .macro go_to_process
    lw   t0, FRAME_SEPC(a0)
    csrw sepc, t0
    li   t0, SSTATUS_SPP
    csrc sstatus, t0
    li   t0, SSTATUS_SPIE
    csrs sstatus, t0
    each_register restore, 1, 9
    each_register restore, 11, 31
    lw   a0, 40(a0)
    sret
    .endm

    // A trap handler that says nothing, as that of many a young kernel.
    .macro silent_handler
    .balign 4
silent_handler:
    j    silent_handler
    .endm

    // Goes on with nest's own handler unless the process made a system call.
    .macro unless_system_call
    csrr t0, scause
    li   t1, CALL_FROM_USER
    beq  t0, t1, 1f
    tail __real_handle_trap
1:
    .endm
