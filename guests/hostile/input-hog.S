# Swallows all console input before anyone else could have it, and feeds on its own output when there is none: the UART
# in loopback, its FIFOs full, switched back and forth.
#include "attack.h"
    attack
    li   s0, UART_BASE
    li   s1, UART_LOOPBACK
    li   s2, 0xC1                       # FIFOs on
1:  .rept 32
    lbu  t0, UART_LINE_STATUS(s0)
    lbu  t0, 0(s0)
    .endr
    sb   s2, UART_FIFO_CONTROL(s0)
    sb   s1, UART_MODEM_CONTROL(s0)
    .rept 32                            # twice what the FIFO holds
    sb   t0, 0(s0)
    .endr
2:  lbu  t0, UART_LINE_STATUS(s0)
    andi t0, t0, UART_DATA_READY
    lbu  t1, 0(s0)
    bnez t0, 2b
    sb   zero, UART_MODEM_CONTROL(s0)
    j    1b
