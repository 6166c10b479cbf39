# Keeps the UART's interrupt line high: its transmitter is always empty, and the handler claims and completes in the PLIC
# without ever looking at the UART.
#include "attack.h"
    attack
    la   t0, handler
    csrw mtvec, t0
    li   s0, PLIC_BASE
    li   t0, 7
    sw   t0, 4 * UART_INTERRUPT(s0)
    li   t0, 1 << UART_INTERRUPT
    li   t1, PLIC_BASE + PLIC_ENABLE
    sw   t0, 0(t1)
    li   t1, PLIC_BASE + PLIC_THRESHOLD
    sw   zero, 0(t1)
    li   s1, PLIC_BASE + PLIC_CLAIM
    li   t0, UART_BASE
    li   t1, UART_TRANSMITTER_EMPTY
    sb   t1, UART_INTERRUPT_ENABLE(t0)
    li   t0, MACHINE_EXTERNAL
    csrw mie, t0
    csrsi mstatus, MSTATUS_MIE
1:  j    1b

    .balign 4
handler:
    lw   t0, 0(s1)
    sw   t0, 0(s1)
    mret
