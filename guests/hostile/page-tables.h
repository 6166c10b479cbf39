/* Attacks on the page table walk. M-mode keeps translation out of its own way: it loads and stores through the tables with
 * MPRV, and lets S-mode fetch through them. s9: the table; a timer ends what S-mode finds to run. */

/* Loads, stores and fetches at the address in s0, whatever becomes of them. */
    .macro touch_translated
    li   t5, MSTATUS_MPRV | MPP_SUPERVISOR
    csrs mstatus, t5
    li   t5, MPP_MACHINE & ~MPP_SUPERVISOR
    csrc mstatus, t5
    recover_at 1f
    lw   t0, 0(s0)
    sw   s0, 4(s0)
1:  li   t5, MSTATUS_MPRV | MPP_MACHINE
    csrc mstatus, t5
    li   t5, MPP_SUPERVISOR
    csrs mstatus, t5
    recover_at 2f
    csrw mepc, s0
    watchdog 100
    mret
2:
    .endm

/* Points satp at the page whose number is in t0. */
    .macro use_table
    li   t5, SATP_SV32
    or   t5, t5, t0
    csrw satp, t5
    sfence.vma
    .endm

    .section .bss.table, "aw", @nobits
    .balign 4096
table:
    .space 4096
table_end:
    .section .text.start
