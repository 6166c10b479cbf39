# Reads each page of the 4 GiB of virtual addresses through tables of three megabytes, so that every access walks: each
# page of virtual addresses is one of RAM's.
#include "attack.h"
#define PAGES 512                       /* of RAM, from the tables' end on */
    attack
    la   s0, tables                     # the root: 1024 entries, each a table of its own behind it
    la   s1, second
    li   t0, 1024
    mv   t1, s0
    srli t2, s1, 12
    slli t2, t2, 10
    ori  t2, t2, PTE_V
1:  sw   t2, 0(t1)
    addi t2, t2, 1 << 10
    addi t1, t1, 4
    addi t0, t0, -1
    bnez t0, 1b
    li   t0, 0                          # 2^20 pages over RAM's
    li   t3, 1 << 20
    la   s2, pages
    srli s2, s2, 12
2:  andi t4, t0, PAGES - 1
    add  t4, t4, s2
    slli t4, t4, 10
    ori  t4, t4, PTE_V | PTE_RWX | PTE_AD
    sw   t4, 0(s1)
    addi s1, s1, 4
    addi t0, t0, 1
    bltu t0, t3, 2b
    open_memory
    srli t0, s0, 12
    li   t5, SATP_SV32
    or   t0, t0, t5
    csrw satp, t0
    sfence.vma
    li   t5, MSTATUS_MPRV | MPP_SUPERVISOR
    csrs mstatus, t5
    li   s3, 0
    li   s4, 0x00C0F000                 # an odd number of pages
3:  .rept 16
    lw   t0, 0(s3)
    sw   t0, 4(s3)
    add  s3, s3, s4
    .endr
    j    3b

    .section .bss.tables, "aw", @nobits
    .balign 4096
tables:
    .space 4096
second:
    .space 1024 * 4096
pages:
    .space PAGES * 4096
