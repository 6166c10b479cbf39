# Writes to the console as fast as it can, every byte there is, without asking whether there is room.
#include "attack.h"
    attack
    li   s0, UART_BASE
1:  .rept 64
    sb   s1, 0(s0)
    addi s1, s1, 1
    .endr
    j    1b
