# The head of the programs' image: what the kernel's pager must know of it, and where processes start.

    .section .text.start, "ax"
    .word user_entry
    .word data_start
    .word data_end
    .word zero_end

    .globl user_entry
user_entry:
    call run_program                    # a0: the program, a1: its argument; does not return
