// System calls: three million environment calls from U-mode, served by an S-mode kernel in its own half of the address space.
#include "bench.h"

const uint32_t bench_expected = 0x45e02e1c;

enum { CALLS = 3000000, KERNEL_OFFSET = 0x40000000 };
static uint32_t root[1024] __attribute__((aligned(4096)));

uint32_t syscall_enter(uint32_t number, uint32_t a, uint32_t b);
extern char s_trap[];
extern uint32_t kernel_stack[];

uint32_t bench_setup(void) {
  // One 4 MiB page holds everything: where it is for the user, at 0xc0000000 for the kernel.
  const uint32_t base = 0x80000000, rights = PTE_R | PTE_W | PTE_X | PTE_A | PTE_D;
  root[base >> 22] = pte_physical(base, rights | PTE_U);
  root[(base + KERNEL_OFFSET) >> 22] = pte_physical(base, rights);
  __asm__ volatile("csrw stvec, %0" ::"r"(s_trap + KERNEL_OFFSET));
  __asm__ volatile("csrw sscratch, %0" ::"r"((char *)(kernel_stack + 256) + KERNEL_OFFSET));
  __asm__ volatile("csrw medeleg, %0" ::"r"(1 << 8));  // environment calls from U-mode
  return SATP_SV32 | (uint32_t)root >> PAGE_BITS;
}

static struct { uint32_t ticks, bytes, log[64]; } process;

/// The kernel's half. It runs in the upper alias, so nothing here may hold an absolute address.
uint32_t syscall_serve(uint32_t a, uint32_t b, uint32_t number) {
  if (number == 0) return process.ticks;
  if (number == 1) return process.log[process.bytes++ & 63] = a ^ b;
  if (number == 2) return process.ticks += a;
  return ~0u;
}

uint32_t bench_run(void) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < CALLS; i++) sum = fold(sum, syscall_enter(i & 3, i, sum));
  return sum;
}
