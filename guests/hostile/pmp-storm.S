# Reprograms PMP at each step: random addresses, ranges of odd sizes, entries that overlap, ranges that end before they
# begin, reserved rights, beside four locked entries that M-mode itself must respect.
#include "attack.h"
    attack
    skip_traps
    la   s2, stack_top                  # the entries are about the 64 KiB from here on
    srli s3, s2, 2
    addi t0, s3, 0x101                  # locked: a word; from there on to another, a range; and a range of 32 bytes
    csrw pmpaddr12, t0
    addi t0, s3, 0x233
    csrw pmpaddr13, t0
    addi t0, s3, 0x305
    csrw pmpaddr14, t0
    addi t0, s3, 0x403
    csrw pmpaddr15, t0
    li   t0, 0x98908880                 # off, TOR, NA4, NAPOT, all without rights
    csrw pmpcfg3, t0
    li   s1, 0x7F7F7F7F                 # the others stay open to the next step
again:
    li   t0, MSTATUS_MPRV               # loads and stores with the rights of a lower mode
    csrs mstatus, t0
    .irp entry, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    random
    srli t0, s10, 18
    add  t0, t0, s3
    csrw pmpaddr\entry, t0
    and  t0, s10, s1
    csrw 0x3A0 + \entry % 4, t0
    slli t1, s10, 16
    srli t1, t1, 16
    add  t1, t1, s2
    lw   t2, 0(t1)
    sh   t2, 0(t1)
    .endr
    li   t0, MSTATUS_MPRV               # and with M-mode's, where only the locked entries count
    csrc mstatus, t0
    lw   t2, 0(t1)
    lw   t2, 0x404(s2)
    j    again
