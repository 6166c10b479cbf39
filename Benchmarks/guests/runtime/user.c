// Linked to a guest that needs no privileges, this has it run in U-mode under Sv32: the image at its own addresses, in
// 4 KiB pages that lie in memory in another order.
#include "bench.h"

enum { ENTRIES = 1024, COPY = 0x80800000, FRAMES = 1 << 10 };
static uint32_t root[ENTRIES] __attribute__((aligned(4096)));
static uint32_t table[ENTRIES] __attribute__((aligned(4096)));
extern char stack_top[];

// 389 and 1024 have no common divisor, so each page has a frame of its own.
static uint32_t frame_of(uint32_t page) { return COPY + (page * 389 % FRAMES << PAGE_BITS); }

uint32_t bench_setup(void) {
  const uint32_t base = 0x80000000, rights = PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D;
  const uint32_t pages = ((uint32_t)stack_top - base + PAGE_SIZE - 1) >> PAGE_BITS;
  if (pages > FRAMES) return 0;  // too big: M-mode runs it, which is easily seen
  for (uint32_t page = 0; page < pages; page++) {
    const uint32_t *from = (const uint32_t *)(base + (page << PAGE_BITS));
    uint32_t *to = (uint32_t *)frame_of(page);
    for (uint32_t i = 0; i < PAGE_SIZE / 4; i++) to[i] = from[i];
    table[page] = pte_physical(frame_of(page), rights);
  }
  root[base >> 22] = pte(table, 0);
  __asm__ volatile("fence.i" ::: "memory");
  return SATP_SV32 | (uint32_t)root >> PAGE_BITS;
}
