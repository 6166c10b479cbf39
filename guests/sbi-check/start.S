# sbi-check: entries of the boot hart and of the harts that it starts, and a trap handler that takes notes.

    .section .text.start, "ax"
    .globl _start
_start:
    la   t0, trap_entry
    csrw stvec, t0
    la   t0, bss_start
    la   t1, bss_end
1:  bgeu t0, t1, 2f
    sw   zero, 0(t0)
    addi t0, t0, 4
    j    1b
2:  call use_own_stack
    call check_everything               # a0: hart; does not return

# Where HSM starts a hart, and where it wakes from a suspension that loses its state. a0: hart, a1: argument.
    .text
    .globl started_entry
started_entry:
    la   t0, trap_entry
    csrw stvec, t0
    call use_own_stack
    csrr a2, satp
    call hart_started                   # does not return

use_own_stack:
    la   sp, stacks
    addi t0, a0, 1
    slli t0, t0, 11
    add  sp, sp, t0
    ret

# Notes scause, sepc and stval, and goes on behind the instruction that trapped.
    .balign 4
trap_entry:
    csrw sscratch, t0
    la   t0, last_trap
    sw   t1, 12(t0)
    csrr t1, scause
    sw   t1, 0(t0)
    csrr t1, sepc
    sw   t1, 4(t0)
    addi t1, t1, 4
    csrw sepc, t1
    csrr t1, stval
    sw   t1, 8(t0)
    lw   t1, 12(t0)
    csrr t0, sscratch
    sret

# Makes a call with a pattern in every register that it must not touch; a0: how many of them changed.
    .altmacro
    .macro each_register operation, first, last
    .set register, \first
    .rept \last - \first + 1
    \operation %register
    .set register, register + 1
    .endr
    .endm
    .macro pattern number
    li   x\number, \number * 0x01010101
    .endm
    .macro compare number
    li   a1, \number * 0x01010101
    xor  a1, a1, x\number
    snez a1, a1
    add  a0, a0, a1
    .endm
    .macro save number
    sw   x\number, 4 * \number(sp)
    .endm
    .macro restore number
    lw   x\number, 4 * \number(sp)
    .endm
    .globl registers_changed
registers_changed:
    addi sp, sp, -128
    each_register save, 1, 31
    each_register pattern, 3, 15
    each_register pattern, 18, 31
    li   a6, 3
    li   a7, 0x10
    ecall
    li   a0, 0
    each_register compare, 3, 9
    each_register compare, 12, 15
    each_register compare, 18, 31
    sw   a0, 40(sp)
    each_register restore, 1, 31
    addi sp, sp, 128
    ret

    .section .bss.notes, "aw", @nobits
    .balign 16
    .globl last_trap
last_trap:
    .space 16
    .section .bss.stacks, "aw", @nobits
    .balign 16
stacks:
    .space 8 * 2048
