# busy: integer arithmetic for ever, in a loop of 3,200 instructions, without a single access to a device or to data.
# The linker defines WORK: how many times round before it prints a checksum and passes; 0 stands for ever.
#include "memory-map.h"

    .section .text.start, "ax"
    .globl _start
_start:
    bnez a0, park                       # a0 is the hart's number: hart 0 does the work
    lui  s2, %hi(WORK)
    addi s2, s2, %lo(WORK)              # turns left; 0 wraps round, and is put back each time
    mv   s3, s2
    li   a0, 0x2545F491                 # the chain: xorshift, then a sum, a product and a rotation
    li   a1, 0x9E3779B9
    li   a2, 1
turn:
    .rept 200
    slli t0, a0, 13
    xor  a0, a0, t0
    srli t0, a0, 17
    xor  a0, a0, t0
    slli t0, a0, 5
    xor  a0, a0, t0
    add  a2, a2, a0
    mul  a1, a1, a2
    srli t1, a1, 27
    slli t2, a1, 5
    or   a1, t1, t2
    sltu t3, a1, a2
    sub  a2, a2, t3
    xori t3, a2, 0x5A5
    and  t3, t3, a1
    add  a2, a2, t3
    .endr
    beqz s3, turn
    addi s2, s2, -1
    bnez s2, turn

    xor  a0, a1, a2
    la   s0, message
    call print
    li   s1, 28
next_digit:
    srl  t0, a0, s1
    andi t0, t0, 15
    la   t1, digits
    add  t1, t1, t0
    lbu  t0, 0(t1)
    call print_byte
    addi s1, s1, -4
    bgez s1, next_digit
    li   t0, '\n'
    call print_byte
    li   t0, TEST_DEVICE_BASE
    li   t1, TEST_PASS
    sw   t1, 0(t0)                      # the machine ends here
park:
    wfi
    j    park

# Prints the text at s0.
print:
    mv   s4, ra
1:  lbu  t0, 0(s0)
    beqz t0, 2f
    call print_byte
    addi s0, s0, 1
    j    1b
2:  jr   s4

# Prints the byte in t0.
print_byte:
    li   t1, UART_BASE
1:  lbu  t2, UART_LINE_STATUS(t1)
    andi t2, t2, UART_HOLDING_EMPTY
    beqz t2, 1b
    sb   t0, 0(t1)
    ret

    .section .rodata, "a"
message:
    .asciz "busy: checksum 0x"
digits:
    .ascii "0123456789abcdef"
