# Reads and writes every CSR number, by every instruction there is for it, with random values. Spared are mtvec, the PMP
# configuration's lock bits and mseccfg, which would only end the attack.
#include "attack.h"
    attack
    la   s0, patch
    li   s1, 0                          # number of the CSR
    li   s6, 0x7F7F7F7F
again:
    li   t0, 0x305                      # mtvec
    beq  s1, t0, next
    li   t0, 0x747                      # mseccfg
    beq  s1, t0, next
    li   s2, 1                          # funct3: csrrw, csrrs, csrrc, (none), and the three with an immediate
operation:
    random
    mv   a1, s10
    srli t0, s1, 2
    li   t1, 0x3A0 >> 2
    bne  t0, t1, 1f
    and  a1, a1, s6
1:  slli t0, s1, 20                     # csrrw a0, csr, a1
    slli t1, s2, 12
    or   t0, t0, t1
    li   t1, 11 << 15 | 10 << 7 | 0x73
    or   t0, t0, t1
    sw   t0, 0(s0)
    recover_at 2f
    fence.i
patch:
    .word 0
2:  csrw mie, zero
    li   t0, MSTATUS_MIE | MSTATUS_MPRV
    csrc mstatus, t0
    addi s2, s2, 1
    li   t0, 8
    bltu s2, t0, operation
next:
    addi s1, s1, 1
    slli s1, s1, 20
    srli s1, s1, 20
    j    again
