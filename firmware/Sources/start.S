# Reset entry, trap entry and the way down into the payload. Everything else is Swift.
#include "layout.h"

# A trap frame holds x1 to x31 at 4 * their number, then mepc and mstatus; Trap.swift has the same layout.
#define FRAME_SIZE 144
#define FRAME_MEPC 128
#define FRAME_MSTATUS 132

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
    .macro wipe number
    li x\number, 0
    .endm

    .section .text.start, "ax"
    .globl _start
# a0: this hart's number, a1: device tree, a2: the fw_dynamic structure.
_start:
    csrw mie, zero
    la   t0, fatal_entry
    csrw mtvec, t0
    li   t0, MAXIMUM_HARTS
    bgeu a0, t0, park
    mv   s0, a0
    mv   s1, a1
    mv   s2, a2
    call use_own_stack
    mv   a1, s2
    call is_boot_hart
    beqz a0, wait_for_boot_hart
    la   t0, bss_start
    la   t1, bss_end
clear_bss:
    sw   zero, 0(t0)
    addi t0, t0, 4
    bltu t0, t1, clear_bss
    mv   a0, s0
    mv   a1, s1
    mv   a2, s2
    call boot                           # does not return
wait_for_boot_hart:
    mv   a0, s0
    call boot_later                     # does not return
park:
    wfi
    j    park

# Points sp at the top of the stack of hart a0.
use_own_stack:
    la   sp, stacks
    addi t0, a0, 1
    li   t1, STACK_SIZE
1:  add  sp, sp, t1
    addi t0, t0, -1
    bnez t0, 1b
    ret

# mscratch holds the top of this hart's stack while lower modes run.
    .balign 4
trap_entry:
    csrrw sp, mscratch, sp
    addi sp, sp, -FRAME_SIZE
    save 1
    each_register save, 3, 31
    csrr t0, mscratch
    sw   t0, 8(sp)
    csrr t0, mepc
    sw   t0, FRAME_MEPC(sp)
    csrr t0, mstatus
    sw   t0, FRAME_MSTATUS(sp)
    la   t0, fatal_entry                # the firmware itself does not trap
    csrw mtvec, t0
    mv   a0, sp
    call handle_trap
    la   t0, trap_entry
    csrw mtvec, t0
    lw   t0, FRAME_MSTATUS(sp)
    csrw mstatus, t0
    lw   t0, FRAME_MEPC(sp)
    csrw mepc, t0
    addi t0, sp, FRAME_SIZE
    csrw mscratch, t0
    restore 1
    each_register restore, 3, 31
    lw   sp, 8(sp)
    mret

# A trap inside the firmware: start again at the top of the stack, tell and end.
    .balign 4
fatal_entry:
    csrr a0, mhartid
    call use_own_stack
    csrr a0, mcause
    csrr a1, mepc
    csrr a2, mtval
    call end_after_fatal_trap
    j    park

# enter_payload(a0: hart, a1: argument, a2: address, a3: mstatus): leaves nothing of the firmware in the registers.
    .globl enter_payload
enter_payload:
    csrw mepc, a2
    csrw mstatus, a3
    la   t0, trap_entry
    csrw mtvec, t0
    call use_own_stack
    csrw mscratch, sp
    each_register wipe, 1, 9
    each_register wipe, 12, 31
    mret

    .section .bss.hart_records, "aw", @nobits
    .globl hart_records
    .balign 16
hart_records:
    .space MAXIMUM_HARTS * HART_RECORD_SIZE

    .section .data.boot_ticket, "aw"
    .globl boot_ticket
    .balign 4
boot_ticket:
    .word 0
