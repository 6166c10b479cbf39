/* What the attacks share. Each is one file: a prologue from here, then the attack.
 *
 * Registers: t5 and t6 belong to these macros and to the trap handlers, s10 to `random`. Nothing is compressed unless an
 * attack says so: its own instructions are four bytes long, which is what `skip_traps` steps over. */
#include "memory-map.h"

#define INTERRUPT 0x80000000
#define MACHINE_SOFTWARE 0x008
#define MACHINE_TIMER 0x080
#define MACHINE_EXTERNAL 0x800
#define MSTATUS_MIE 0x8
#define MSTATUS_MPIE 0x80
#define MSTATUS_MPRV 0x20000
#define MPP_SUPERVISOR 0x0800
#define MPP_MACHINE 0x1800

/* Page table entries (privileged specification, Sv32): valid; readable, writable, executable; accessed, dirty. */
#define PTE_V 0x01
#define PTE_RWX 0x0E
#define PTE_AD 0xC0
#define SATP_SV32 0x80000000

/* The entry. All harts but hart 0 sleep for ever; `attack_on_all` has them all attack. */
    .macro attack
    attack_on_all
    beqz a0, 1f
    j    park
1:  .text
    .balign 4
park:
    csrw mie, zero
    wfi
    j    park
    .section .text.start
    .endm

    .macro attack_on_all
    .option norvc
    .section .text.start, "ax"
    .globl _start
_start:
    la   sp, stack_top
    li   s10, 0x2545F491
    add  s10, s10, a0
    .endm

/* The next random number, in s10. */
    .macro random
    slli t5, s10, 13
    xor  s10, s10, t5
    srli t5, s10, 17
    xor  s10, s10, t5
    slli t5, s10, 5
    xor  s10, s10, t5
    .endm

/* From now on an instruction that traps into M-mode is stepped over. Jumps need `recover_at`. */
    .macro skip_traps
    .pushsection .text.handlers, "ax"
    .balign 4
skip_handler\@:
    csrr t6, mepc
    addi t6, t6, 4
    csrw mepc, t6
    mret
    .popsection
    la   t6, skip_handler\@
    csrw mtvec, t6
    .endm

/* From now on every trap and every interrupt into M-mode goes on at a label, in M-mode, with interrupts closed there. */
    .macro recover_at label
    .pushsection .text.handlers, "ax"
    .balign 4
recover_handler\@:
    li   t6, MPP_MACHINE
    csrs mstatus, t6
    li   t6, MSTATUS_MPIE
    csrc mstatus, t6
    la   t6, \label
    csrw mepc, t6
    mret
    .popsection
    la   t6, recover_handler\@
    csrw mtvec, t6
    .endm

/* An interrupt after `ticks` of 100 ns (below 2^31), for code that cannot be trusted to come back. */
    .macro watchdog ticks
    li   t5, CLINT_BASE + CLINT_TIME
    lw   t6, 0(t5)
    lw   t5, 4(t5)
    addi t6, t6, \ticks
    sltiu a7, t6, \ticks
    add  t5, t5, a7
    li   a7, CLINT_BASE + CLINT_TIME_COMPARE
    sw   t6, 0(a7)
    sw   t5, 4(a7)
    li   t6, MACHINE_TIMER
    csrw mie, t6
    .endm

/* Gives lower modes all memory. */
    .macro open_memory
    li   t5, -1
    csrw pmpaddr0, t5
    li   t5, 0x1F
    csrw pmpcfg0, t5
    .endm

/* Goes on in S-mode at a label. Traps keep going to M-mode. */
    .macro enter_supervisor label
    open_memory
    li   t5, MPP_MACHINE
    csrc mstatus, t5
    li   t5, MPP_SUPERVISOR
    csrs mstatus, t5
    la   t5, \label
    csrw mepc, t5
    mret
    .endm

/* Ends the machine with a word for the test device. */
    .macro finish word
    li   t5, TEST_DEVICE_BASE
    li   t6, \word
    sw   t6, 0(t5)
    .endm

/* Ends the machine with failure code 1 unless two registers hold the same: what an attack finds out about itself. */
    .macro expect a, b
    beq  \a, \b, 1f
    finish 0x13333
    j    .
1:
    .endm
