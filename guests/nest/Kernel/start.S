# Where the firmware enters the kernel: S-mode, no translation, a0 the hart's number, a1 the device tree.

    .section .text.start, "ax"
    .globl _start
_start:
    la   t0, kernel_trap
    csrw stvec, t0
    la   sp, kernel_stack_top
    la   t0, bss_start
    la   t1, bss_end
1:  bgeu t0, t1, 2f
    sw   zero, 0(t0)
    addi t0, t0, 4
    j    1b
2:  call kernel_main                    # does not return

# The programs, as one image of whole pages; its text pages are mapped right from here.
    .section .rodata.user, "a"
    .balign 4096
    .globl user_image
user_image:
    .incbin "user.bin"
    .balign 4096

    .section .bss.table, "aw", @nobits
    .balign 16
    .globl process_table
process_table:
    .space 8 * 256

    .section .bss.stack, "aw", @nobits
    .balign 16
kernel_stack:
    .space 4096
    .globl kernel_stack_top
kernel_stack_top:
