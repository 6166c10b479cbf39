# hello: the smallest guest. Plain RV32I, bare M-mode, no stack, no data but one line of text.
# It prints that line on the UART and ends the machine through the test device.
#include "memory-map.h"

    .section .text.start, "ax"
    .globl _start
_start:
    bnez a0, park                       # a0 is the hart's number: hart 0 does the work
    la   s0, message
    li   s1, UART_BASE
next_byte:
    lbu  t0, 0(s0)
    beqz t0, finish
wait_for_room:
    lbu  t1, UART_LINE_STATUS(s1)
    andi t1, t1, UART_HOLDING_EMPTY
    beqz t1, wait_for_room
    sb   t0, 0(s1)
    addi s0, s0, 1
    j    next_byte
finish:
    li   t0, TEST_DEVICE_BASE
    li   t1, TEST_PASS
    sw   t1, 0(t0)                      # the machine ends here
park:
    wfi
    j    park

    .section .rodata, "a"
message:
    .asciz "hello: one hart, no kernel, nothing but RV32I\n"
