# Every floating-point operation, in every rounding mode, on every combination of NaNs, infinities, zeros, subnormals and
# extremes.
#include "attack.h"

    attack
    j    start
    .text                               # far more than a branch reaches
start:
    li   t0, 0x6000                     # mstatus.FS
    csrs mstatus, t0
    li   s5, 0                          # rounding mode, of which 5 to 7 are reserved: every operation traps then
    skip_traps
again:
    csrw fcsr, s5
    la   s0, singles_end
    la   s1, singles
    la   s6, doubles
first:
    la   s2, singles
    la   s7, doubles
second:
    flw  ft0, 0(s1)
    flw  ft1, 0(s2)
    fld  ft2, 0(s6)
    fld  ft3, 0(s7)
    lw   s3, 0(s2)
    .irp operation, fadd, fsub, fmul, fdiv
    \operation\().s fa0, ft0, ft1
    \operation\().d fa1, ft2, ft3
    .endr
    .irp operation, fmadd, fmsub, fnmadd, fnmsub
    \operation\().s fa0, ft0, ft1, fa0
    \operation\().d fa1, ft2, ft3, fa1
    .endr
    .irp operation, fmin, fmax, fsgnj, fsgnjn, fsgnjx
    \operation\().s fa0, ft0, ft1
    \operation\().d fa1, ft2, ft3
    .endr
    .irp operation, feq, flt, fle
    \operation\().s t0, ft0, ft1
    \operation\().d t0, ft2, ft3
    .endr
    .irp width, s, d
    fsqrt.\width fa2, ft0
    fsqrt.\width fa3, ft2
    fclass.\width t0, ft0
    fclass.\width t0, ft2
    fcvt.w.\width t0, ft2
    fcvt.wu.\width t0, ft3
    fcvt.\width\().w fa4, s3
    fcvt.\width\().wu fa5, s3
    .endr
    fcvt.s.d fa6, ft2
    fcvt.d.s fa7, ft0
    fmv.x.w t0, fa0
    fmv.w.x ft4, s3
    fadd.d fa0, ft0, ft1                # singles where doubles belong, and the other way round
    fadd.s fa0, ft2, ft3
    addi s2, s2, 4
    addi s7, s7, 8
    bgeu s2, s0, 1f
    j    second
1:  addi s1, s1, 4
    addi s6, s6, 8
    bgeu s1, s0, 2f
    j    first
2:  addi s5, s5, 32                     # fcsr: rounding mode in bits 7:5
    andi s5, s5, 0xE0
    j    again

    .section .rodata
    .balign 8
doubles:
    .dword 0x7FF8000000000000, 0x7FF0000000000001, 0xFFFFFFFFFFFFFFFF, 0x7FF0000000000000, 0xFFF0000000000000
    .dword 0, 0x8000000000000000, 1, 0x800FFFFFFFFFFFFF, 0x0010000000000000, 0x7FEFFFFFFFFFFFFF, 0xFFEFFFFFFFFFFFFF
    .dword 0x3FF0000000000000, 0x3FF0000000000001, 0x41DFFFFFFFE00000, 0x36A0000000000000
singles:
    .word 0x7FC00000, 0x7F800001, 0xFFFFFFFF, 0x7F800000, 0xFF800000, 0, 0x80000000, 1, 0x807FFFFF, 0x00800000
    .word 0x7F7FFFFF, 0xFF7FFFFF, 0x3F800000, 0x3F800001, 0x4F000000, 0x00000100
singles_end:
