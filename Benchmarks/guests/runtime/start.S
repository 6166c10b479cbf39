# Start and end of every bench guest. One ELF runs on Roost, on QEMU's virt board and on Spike: it says how it ended on
# the UART (0x10000000), to the test device (0x100000) and to Spike's tohost, in this order; a store to a device that the
# machine lacks faults, and the trap handler steps over it.

.set UART, 0x10000000
.set TEST, 0x00100000

.section .text.start
.globl _start
_start:
  csrr  t0, mhartid
  bnez  t0, park
  la    sp, stack_top
  la    t0, m_trap
  csrw  mtvec, t0

  la    t0, bss_start
  la    t1, bss_end
1: sw   zero, 0(t0)
  addi  t0, t0, 4
  bltu  t0, t1, 1b

  li    t0, 0x6000                # mstatus.FS = dirty
  csrs  mstatus, t0
  csrw  fcsr, zero
  li    t0, -1                    # PMP entry 0: everything, for every mode
  csrw  pmpaddr0, t0
  li    t0, 0x1f                  # NAPOT, R, W, X
  csrw  pmpcfg0, t0
  csrw  mcounteren, t0

  csrw  minstret, zero
  csrw  minstreth, zero
  call  bench_setup
  bnez  a0, enter_user
  call  bench_run
  j     finish

enter_user:
  csrw  satp, a0
  sfence.vma
  li    t0, 0x1800                # mstatus.MPP = U
  csrc  mstatus, t0
  la    t0, user_start
  csrw  mepc, t0
  mret

park:
  wfi
  j     park

# Ends the guest: a0 holds the checksum. Runs in M-mode.
finish:
1: csrr s2, minstreth
  csrr  s1, minstret
  csrr  t0, minstreth
  bne   t0, s2, 1b
  mv    s0, a0
  la    sp, stack_top
  li    t0, 1
  la    t1, ending
  sw    t0, 0(t1)
  mv    a0, s0
  mv    a1, s1
  mv    a2, s2
  call  bench_report              # answers 0 when the checksum is the expected one
# Ends the machine with the code in a0; 0 passes.
exit:
  li    t0, 1
  la    t1, ending
  sw    t0, 0(t1)
  li    t0, 0x5555
  beqz  a0, 1f
  slli  t0, a0, 16
  li    t1, 0x3333
  or    t0, t0, t1
1: li   t1, TEST
  .option push
  .option norvc
  sw    t0, 0(t1)
  .option pop
  slli  t0, a0, 1
  ori   t0, t0, 1
  la    t1, tohost
  sw    zero, 4(t1)
  sw    t0, 0(t1)
  j     park

# While ending, a fault means a device that is not there: step over the access. Before that, an environment call ends the
# guest with its checksum, and anything else is a failure with code 2.
.balign 4
m_trap:
  csrw  mscratch, t0
  la    t0, ending
  lw    t0, 0(t0)
  beqz  t0, 1f
  csrr  t0, mepc
  addi  t0, t0, 4
  csrw  mepc, t0
  csrr  t0, mscratch
  mret
1: csrr t0, mcause
  addi  t0, t0, -8                # 8 and 9: calls from U and S
  sltiu t0, t0, 2
  bnez  t0, finish
  li    a0, 2
  j     exit

# uart_put(byte): waits for room, if there is a UART.
.globl uart_put
uart_put:
  li    a1, UART
1: li   a2, 0x20                  # LSR.THRE, also when there is nothing to ask
  .option push
  .option norvc
  lbu   a2, 5(a1)
  .option pop
  andi  a2, a2, 0x20
  beqz  a2, 1b
  .option push
  .option norvc
  sb    a0, 0(a1)
  .option pop
  ret

# U-mode: do the work, hand the checksum over.
user_start:
  call  bench_run
  li    a7, 64                    # the number that ends the guest
  ecall
1: j    1b

.weak bench_setup
bench_setup:
  li    a0, 0
  ret

.section .tohost, "aw", @progbits
.balign 64
.globl tohost
tohost: .dword 0
.balign 64
.globl fromhost
fromhost: .dword 0

.section .data
.balign 4
ending: .word 0
