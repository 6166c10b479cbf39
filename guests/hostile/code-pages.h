/* S-mode under Sv32: memory and the test device where they are, in pages of 4 MiB; at WINDOW, 4 KiB pages through the
 * table `window`, for an attack to fill. `pages` holds eight pages of memory. */
#define WINDOW 0x40000000
#define PTE_R 0x02
#define PTE_W 0x04
#define PTE_X 0x08

    .section .bss.tables, "aw", @nobits
    .balign 4096
root:
    .space 4096
window:
    .space 4096
pages:
    .space 8 * 4096
    .section .text.start

/* Goes on at a label in S-mode, translated. s11: satp. */
    .macro enter_translated label
    la   t0, root
    li   t1, PTE_V | PTE_RWX | PTE_AD
    sw   t1, 0(t0)                      # the devices' first 4 MiB
    li   t2, RAM_BASE >> 2
    or   t1, t1, t2
    li   t2, RAM_BASE >> 20
    add  t2, t2, t0
    .rept 4
    sw   t1, 0(t2)                      # 16 MiB of memory
    li   t3, 1 << 20
    add  t1, t1, t3
    addi t2, t2, 4
    .endr
    la   t1, window
    srli t1, t1, 2
    ori  t1, t1, PTE_V
    li   t2, WINDOW >> 20
    add  t2, t2, t0
    sw   t1, 0(t2)
    srli s11, t0, 12
    li   t1, SATP_SV32
    or   s11, s11, t1
    csrw satp, s11
    sfence.vma
    enter_supervisor \label
    .endm

/* Maps page `page` of the window to frame t0 of `pages` with `rights`. */
    .macro map_page page, rights
    la   t5, pages
    slli t6, t0, 12
    add  t5, t5, t6
    srli t5, t5, 2
    ori  t5, t5, PTE_V | PTE_AD | \rights
    la   t6, window
    sw   t5, 4 * \page(t6)
    .endm
