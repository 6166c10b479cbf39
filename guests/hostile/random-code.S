# Runs random instruction words, with random registers, in U-mode and S-mode by turns, and steps over those that trap. Its
# own memory and the device that ends the machine are out of their reach; a timer's interrupt ends endless loops.
#include "attack.h"
#define WORDS 256
#define CODE (RAM_BASE + 0x20000)
    attack
    la   t0, _start                     # PMP: 64 KiB of its own and the test device without rights, then everything
    srli t0, t0, 2
    li   t1, 0x1FFF
    or   t0, t0, t1
    csrw pmpaddr0, t0
    li   t0, TEST_DEVICE_BASE >> 2 | 0x1FF
    csrw pmpaddr1, t0
    li   t0, -1
    csrw pmpaddr2, t0
    li   t0, 0x1F1818
    csrw pmpcfg0, t0
    la   t0, handler
    csrw mtvec, t0
    j    1f
next:
    la   sp, state
    lw   s10, 0(sp)
1:  csrw satp, zero
    li   s0, CODE
    li   s1, WORDS
2:  random
    sw   s10, 0(s0)
    addi s0, s0, 4
    addi s1, s1, -1
    bnez s1, 2b
    li   t5, 0x7800                     # FS on, MPP to be set
    csrs mstatus, t5
    li   t5, MPP_MACHINE
    csrc mstatus, t5
    random
    srli t0, s10, 31
    slli t0, t0, 11
    csrs mstatus, t0                    # S-mode or U-mode
    li   t0, CODE
    csrw mepc, t0
    watchdog 2000
    la   sp, state
    sw   s10, 0(sp)
    .irp register, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 28, 29
    random
    mv   x\register, s10
    .endr
    mret

    .balign 4
handler:
    csrr t6, mcause
    bltz t6, next                       # the timer: it was stuck
    csrr t6, mepc
    li   t5, CODE
    sub  t5, t6, t5
    sltiu t5, t5, WORDS * 4
    beqz t5, next                       # it jumped away, or came to the end
    addi t6, t6, 2
    csrw mepc, t6
    mret

    .section .bss
    .balign 16
state:
    .space 16
