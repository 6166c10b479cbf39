# Every SBI extension and some that do not exist, any function, arguments random, small, or pointing at what matters.
# Left out is only what would end the attack: power-off, stopping this hart, sleeping without waking.
#include "attack.h"
    attack_on_all
    la   t0, handler
    csrw stvec, t0
    add  s10, s10, a1
again:
    la   s0, arguments
    .irp register, a0, a1, a2, a3, a4, a5
    random
    mv   \register, s10
    srli t0, s10, 29
    slli t0, t0, 2
    andi t1, s10, 4
    bnez t1, 1f
    add  t0, t0, s0
    lw   \register, 0(t0)
1:
    .endr
    random
    srli t0, s10, 28
    slli t0, t0, 2
    la   t1, extensions
    add  t1, t1, t0
    lw   a7, 0(t1)
    andi a6, s10, 7
    bnez t0, 2f
    mv   a6, s10                        # an extension by chance, a function by chance
2:  li   t0, 8                          # legacy shutdown
    beq  a7, t0, again
    li   t0, SBI_RESET
    bne  a7, t0, 3f
    bgez a0, again                      # type: only those of the vendor, of which there are none
3:  li   t0, SBI_CONSOLE
    bne  a7, t0, 4f
    slli a0, a0, 20                     # at most 4 KiB a call, or it is all this attack ever does
    srli a0, a0, 20
4:  li   t0, SBI_HSM
    bne  a7, t0, 5f
    li   t0, 1
    beq  a6, t0, again                  # stop
    li   t0, 3
    beq  a6, t0, again                  # suspend
    bnez a6, 5f
    srli a0, s10, 4
    andi a0, a0, 15
    slli a1, a1, 1                      # start: at no address that the firmware accepts, or here
    srli a1, a1, 1
    andi t0, s10, 0x400
    bnez t0, 5f
    la   a1, _start
5:  ecall
    j    again

    .balign 4
handler:                                # the caller's fault, as the firmware sees it
    csrr t6, sepc
    addi t6, t6, 4
    csrw sepc, t6
    sret

    .section .rodata
    .balign 4
arguments:
    .word 0, 1, -1, 2, 3, 7, 8, 31
extensions:
    .word 0x12345678, 0, 1, 2, 3, 4, 5, 6, 7, 0x10
    .word SBI_TIMER, SBI_IPI, SBI_FENCE, SBI_HSM, SBI_RESET, SBI_CONSOLE
