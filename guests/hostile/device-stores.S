# Stores to every device register, in every width, at every alignment: integers, floating point, atomics, whole lines.
#include "attack.h"
#include "windows.h"
    attack
    li   t0, 0x6000                     # mstatus.FS
    csrs mstatus, t0
    li   t0, 0xF0                       # menvcfg: cache-block operations
    csrw menvcfg, t0
    skip_traps
again:
    la   s0, windows
    la   s1, windows_end
    li   s4, 0x11111111                 # no command of the test device
window:
    lw   s2, 0(s0)
    lw   s3, 4(s0)
    add  s3, s3, s2
register:
    fmv.w.x fa0, s4
    fcvt.d.w fa1, s4
    sb   s4, 0(s2)
    sh   s4, 0(s2)
    sw   s4, 0(s2)
    fsw  fa0, 0(s2)
    fsd  fa1, 0(s2)
    amoswap.w t0, s4, (s2)
    amomaxu.w t0, s4, (s2)
    lr.w t0, (s2)
    sc.w t0, s4, (s2)
    cbo.zero (s2)
    cbo.flush (s2)
    addi s2, s2, 1
    bltu s2, s3, register
    random
    mv   s4, s10
    addi s0, s0, 8
    bltu s0, s1, window
    j    again
