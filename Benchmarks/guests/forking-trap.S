# The kernel's entry and exit: the whole context of the user on the kernel's stack, so that it can be kept and replaced.

.text
.globl kernel_call
kernel_call:                      # (number, a, b)
  mv    a7, a0
  mv    a0, a1
  mv    a1, a2
  ecall
  ret

.set CONTEXT, 144

.globl s_trap
.balign 4
s_trap:
  csrrw sp, sscratch, sp
  addi  sp, sp, -CONTEXT
  .irp n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  sw    x\n, 4 * \n(sp)
  .endr
  csrr  t0, sscratch              # the user's stack pointer
  csrr  t1, sepc
  sw    t0, 8(sp)
  sw    t1, 128(sp)
  addi  t0, sp, CONTEXT
  csrw  sscratch, t0
  mv    a0, sp
  csrr  a1, scause
  csrr  a2, stval
  call  kernel_trap
  beqz  a0, end
  lw    t1, 128(sp)
  csrw  sepc, t1
  .irp n, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
  lw    x\n, 4 * \n(sp)
  .endr
  lw    sp, 8(sp)
  sret
end:
  lw    a0, 40(sp)
  ecall                           # M-mode ends the guest

.bss
.balign 16
.space 2048
.globl kernel_stack_top
kernel_stack_top:
