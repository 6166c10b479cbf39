# Into the kernel and out again.
#
# While a process runs, sscratch points at its TrapFrame: x1 to x31 at 4 * their number, then sepc. The kernel has one
# stack, which is empty whenever a process runs: what a process waits for is in its state, not on a stack.

#define FRAME_SEPC 128

    .altmacro
    .macro each_register operation, first, last
    .set register, \first
    .rept \last - \first + 1
    \operation %register
    .set register, register + 1
    .endr
    .endm
    .macro save number
    sw x\number, 4 * \number(sp)
    .endm
    .macro restore number
    lw x\number, 4 * \number(sp)
    .endm

    .text
    .balign 4
    .globl user_trap
user_trap:
    csrrw sp, sscratch, sp
    save 1
    each_register save, 3, 31
    csrr t0, sscratch
    sw   t0, 8(sp)
    csrr t0, sepc
    sw   t0, FRAME_SEPC(sp)
    mv   a0, sp
    la   t0, kernel_trap                # from here on a trap would be the kernel's own
    csrw stvec, t0
    la   sp, kernel_stack_top
    call handle_trap                    # returns the frame of whoever runs next

    .globl resume
resume:
    csrw sscratch, a0
    la   t0, user_trap
    csrw stvec, t0
    lw   t0, FRAME_SEPC(a0)
    csrw sepc, t0
    li   t0, 1 << 8                     # SPP = 0: to U-mode
    csrc sstatus, t0
    li   t0, 1 << 5                     # SPIE = 1: with interrupts
    csrs sstatus, t0
    mv   sp, a0
    restore 1
    each_register restore, 3, 31
    lw   sp, 8(sp)
    sret

    .balign 4
    .globl kernel_trap
kernel_trap:
    la   sp, kernel_stack_top
    csrr a0, scause
    csrr a1, sepc
    csrr a2, stval
    call panic_after_trap               # does not return
