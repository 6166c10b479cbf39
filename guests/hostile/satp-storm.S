# Another address space at each instruction: sixteen page tables, random address space numbers, no fence.
#include "attack.h"
#include "address-spaces.h"
    attack
    make_tables
    enter_supervisor storm
storm:
    la   s0, tables
    srli s0, s0, 12
    li   s1, SATP_SV32
    or   s0, s0, s1
    li   s2, 0x1FF << 22                # the number of the address space
1:  .rept 16
    random
    and  t0, s10, s2
    andi t1, s10, 15
    or   t0, t0, s0
    add  t0, t0, t1
    csrw satp, t0
    lw   t2, 0(sp)
    csrw satp, s0
    sw   t2, 0(sp)
    csrw satp, zero
    .endr
    j    1b
