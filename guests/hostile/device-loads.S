# Loads from every device register, in every width, at every alignment; it runs what it reads, too.
#include "attack.h"
#include "windows.h"
    attack
    li   t0, 0x6000                     # mstatus.FS
    csrs mstatus, t0
again:
    la   s0, windows
    la   s1, windows_end
window:
    lw   s2, 0(s0)
    lw   s3, 4(s0)
    add  s3, s3, s2
register:
    skip_traps
    lb   t0, 0(s2)
    lbu  t0, 0(s2)
    lh   t0, 0(s2)
    lhu  t0, 0(s2)
    lw   t0, 0(s2)
    flw  fa0, 0(s2)
    fld  fa0, 0(s2)
    lr.w t0, (s2)
    recover_at next
    jr   s2
next:
    addi s2, s2, 1
    bltu s2, s3, register
    addi s0, s0, 8
    bltu s0, s1, window
    j    again
