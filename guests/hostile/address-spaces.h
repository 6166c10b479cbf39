/* Sixteen identical page tables that map RAM and devices as they are, in pages of 4 MiB. */
    .section .bss.tables, "aw", @nobits
    .balign 4096
tables:
    .space 16 * 4096
tables_end:
    .section .text.start

    .macro make_tables
    la   t0, tables
    la   t1, tables_end
    li   t3, 0
1:  andi t4, t3, 1023
    slli t4, t4, 20                     # number of the megapage, as a page number, in bits 31:20
    ori  t4, t4, PTE_V | PTE_RWX | PTE_AD
    sw   t4, 0(t0)
    addi t3, t3, 1
    addi t0, t0, 4
    bltu t0, t1, 1b
    .endm
