# The two sides of a system call: number in a7, arguments in a0 and a1, answer in a0.

.text
.globl syscall_enter
syscall_enter:                    # (number, a, b)
  mv    a7, a0
  mv    a0, a1
  mv    a1, a2
  ecall
  ret

.globl s_trap
.balign 4
s_trap:
  csrrw sp, sscratch, sp
  addi  sp, sp, -64
  sw    ra, 0(sp)
  sw    t0, 4(sp)
  sw    t1, 8(sp)
  sw    t2, 12(sp)
  sw    t3, 16(sp)
  sw    t4, 20(sp)
  sw    t5, 24(sp)
  sw    t6, 28(sp)
  sw    a2, 32(sp)
  sw    a3, 36(sp)
  sw    a4, 40(sp)
  sw    a5, 44(sp)
  sw    a6, 48(sp)
  sw    a7, 52(sp)
  csrr  t0, scause
  li    t1, 8                     # environment call from U-mode
  bne   t0, t1, 1f
  li    t0, 64                    # the user's call that ends the guest
  beq   a7, t0, 1f
  csrr  t0, sepc
  addi  t0, t0, 4
  csrw  sepc, t0
  mv    a2, a7
  call  syscall_serve
  lw    ra, 0(sp)
  lw    t0, 4(sp)
  lw    t1, 8(sp)
  lw    t2, 12(sp)
  lw    t3, 16(sp)
  lw    t4, 20(sp)
  lw    t5, 24(sp)
  lw    t6, 28(sp)
  lw    a2, 32(sp)
  lw    a3, 36(sp)
  lw    a4, 40(sp)
  lw    a5, 44(sp)
  lw    a6, 48(sp)
  lw    a7, 52(sp)
  addi  sp, sp, 64
  csrrw sp, sscratch, sp
  sret
1: ecall                          # M-mode ends the guest

.bss
.balign 16
.globl kernel_stack
kernel_stack: .space 1024
