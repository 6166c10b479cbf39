# Nothing but sfence.vma: of everything, of an address, of an address space, of both; and accesses that fill again what was
# forgotten.
#include "attack.h"
#include "address-spaces.h"
    attack
    make_tables
    enter_supervisor storm
storm:
    la   t0, tables
    srli t0, t0, 12
    li   t1, SATP_SV32
    or   t0, t0, t1
    csrw satp, t0
1:  random
    srli t0, s10, 22
    sfence.vma s10, t0
    sfence.vma zero, t0
    sfence.vma s10, zero
    lw   t1, 0(sp)
    lw   t1, -2048(sp)
    sfence.vma
    sfence.vma sp, zero
    .rept 16
    sfence.vma
    .endr
    j    1b
