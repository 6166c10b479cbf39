# Code whose pages change beneath it: another frame with other code at one virtual address, another address space, an
# instruction whose halves come from two frames, pages that are missing; and each kind of sfence.vma that makes it so.
#
# Frame n begins with the upper half of addi a0, a0, 5 * n + 3 and a return, has a routine that returns 16 * n + 1, and
# ends with the lower half of addi a0, a0 or, where n is odd, of xori a0, a0.
#include "attack.h"
#include "code-pages.h"
#define FRAMES 8
#define ROUTINE 16
#define PAGE 4096
#define ASID_1 (1 << 22)
    attack
    la   s0, pages
    li   s1, 0
    li   s2, PAGE
    li   s3, 0x8082                     # c.jr ra
1:  slli t0, s1, 2
    add  t0, t0, s1
    addi t0, t0, 3
    slli t0, t0, 4
    ori  t0, t0, 5
    sh   t0, 0(s0)
    sh   s3, 2(s0)
    slli t0, s1, 24
    li   t1, 0x00100513                 # li a0, 1
    add  t0, t0, t1
    sw   t0, ROUTINE(s0)
    sh   s3, ROUTINE + 4(s0)
    add  s0, s0, s2
    andi t0, s1, 1
    slli t0, t0, 14
    li   t1, 0x0513
    add  t0, t0, t1
    sh   t0, -2(s0)
    addi s1, s1, 1
    li   t0, FRAMES
    bltu s1, t0, 1b
    la   t0, fault
    csrw mtvec, t0
    enter_translated storm

# A random frame, in t0.
    .macro random_frame
    random
    srli t0, s10, 29
    .endm

# Maps a random frame there; s2: what its routine returns.
    .macro map_random page
    random_frame
    slli s2, t0, 4
    addi s2, s2, 1
    map_page \page, (PTE_R | PTE_X)
    .endm

    .macro check_page page
    li   t0, WINDOW + PAGE * \page + ROUTINE
    jalr t0
    expect a0, s2
    .endm

# What the instruction across the end of frame `first` makes of s10 when frame t0 follows, in s2. Uses t1.
    .macro predict first
    slli t1, t0, 2
    add  t1, t1, t0
    addi t1, t1, 3
    add  s2, s10, t1
    andi t2, \first, 1
    beqz t2, 2f
    xor  s2, s10, t1
2:
    .endm

storm:
    map_random 0
    sfence.vma                          # of everything
    check_page 0
    check_page 0
    map_random 0
    li   t0, WINDOW
    sfence.vma t0, zero                 # of the address
    check_page 0
    map_random 0                        # unfenced: the old code or the new
    li   t0, WINDOW + ROUTINE
    jalr t0
    sfence.vma
    check_page 0

    # Two pages, changed together and executed in turns.
    map_random 1
    mv   s3, s2
    map_random 2
    li   t0, WINDOW + PAGE
    sfence.vma t0, zero
    li   t0, WINDOW + 2 * PAGE
    sfence.vma t0, zero
    check_page 2
    mv   s4, s2
    mv   s2, s3
    check_page 1
    mv   s2, s4
    check_page 2

    # Under a number of its own, forgotten by number, and by number and address.
    li   t0, ASID_1
    or   t0, t0, s11
    csrw satp, t0
    map_random 1
    li   t0, 1
    sfence.vma zero, t0
    check_page 1
    map_random 1
    li   t0, 1
    li   t1, WINDOW + PAGE
    sfence.vma t1, t0
    check_page 1
    csrw satp, s11
    sfence.vma
    check_page 1

    # The halves of one instruction: first one frame changes, then the other.
    random_frame
    mv   s5, t0
    map_page 3, (PTE_R | PTE_X)
    .rept 3
    random_frame
    map_page 4, (PTE_R | PTE_X)
    predict s5
    li   t1, WINDOW + 4 * PAGE
    sfence.vma t1, zero
    mv   a0, s10
    addi t1, t1, -2
    jalr t1
    expect a0, s2
    .endr
    mv   s6, t0
    random_frame
    mv   s5, t0
    map_page 3, (PTE_R | PTE_X)
    mv   t0, s6
    predict s5
    li   t1, WINDOW + 3 * PAGE
    sfence.vma t1, zero
    mv   a0, s10
    li   t1, WINDOW + 4 * PAGE - 2
    jalr t1
    expect a0, s2

    # A page that is missing until it is asked for. s7: the fault's address; s8: its instruction; s9: the page's entry.
    random_frame
    slli s2, t0, 4
    addi s2, s2, 1
    la   s9, window
    sw   zero, 20(s9)                   # page 5
    sfence.vma
    addi s9, s9, 20
    li   s7, WINDOW + 5 * PAGE + ROUTINE
    mv   s8, s7
    jalr s8
    expect a0, s2
    expect s9, zero                     # as the handler leaves it

    # A missing second page: the instruction is on the first one, what is missing is the second.
    random_frame
    predict s5
    la   s9, window
    sw   zero, 16(s9)                   # page 4, after page 3
    sfence.vma
    addi s9, s9, 16
    li   s7, WINDOW + 4 * PAGE
    addi s8, s7, -2
    mv   a0, s10
    jalr s8
    expect a0, s2
    expect s9, zero
    j    storm

# Brings the page in, frame t0, if it is the fault that was expected.
    .text
    .balign 4
fault:
    csrr t5, mcause
    li   t6, 12                         # instruction page fault
    expect t5, t6
    csrr t5, mepc
    expect t5, s8
    csrr t5, mtval
    expect t5, s7
    la   t5, pages
    slli t6, t0, 12
    add  t5, t5, t6
    srli t5, t5, 2
    ori  t5, t5, PTE_V | PTE_AD | PTE_R | PTE_X
    sw   t5, 0(s9)
    sfence.vma
    li   s9, 0
    mret
