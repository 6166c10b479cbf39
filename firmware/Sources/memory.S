# What the compiler expects of a C library.
    .section .text.memset, "ax"
    .globl memset
memset:
    mv   t0, a0
    add  t1, a0, a2
1:  beq  t0, t1, 2f
    sb   a1, 0(t0)
    addi t0, t0, 1
    j    1b
2:  ret

    .section .text.memmove, "ax"
    .globl memcpy
    .globl memmove
memcpy:
memmove:
    bltu a0, a1, 2f
    add  t0, a0, a2
    add  a1, a1, a2
1:  beq  t0, a0, 3f
    addi t0, t0, -1
    addi a1, a1, -1
    lbu  t1, 0(a1)
    sb   t1, 0(t0)
    j    1b
2:  mv   t0, a0
    add  t2, a0, a2
4:  beq  t0, t2, 3f
    lbu  t1, 0(a1)
    sb   t1, 0(t0)
    addi t0, t0, 1
    addi a1, a1, 1
    j    4b
3:  ret
