// User code under Sv32: 4 KiB pages only, the working set of 4 MiB mapped to physical pages in random order, walked in
// order, across pages, and at random.
#include "bench.h"

const uint32_t bench_expected = 0xede3c8a2;

enum { ENTRIES = 1024, SET_PAGES = 1024 };
static uint8_t working_set[SET_PAGES][PAGE_SIZE] __attribute__((aligned(4096)));

#ifdef __riscv
enum { WINDOW = 0x40000000 };
static uint32_t root[ENTRIES] __attribute__((aligned(4096)));
static uint32_t image_table[3][ENTRIES] __attribute__((aligned(4096)));
static uint32_t window_table[ENTRIES] __attribute__((aligned(4096)));

uint32_t bench_setup(void) {
  // The image itself (12 MiB from 0x80000000) stays where it is.
  const uint32_t base = 0x80000000, rights = PTE_R | PTE_W | PTE_X | PTE_U | PTE_A | PTE_D;
  for (uint32_t table = 0; table < 3; table++) {
    root[(base >> 22) + table] = pte(image_table[table], 0);
    for (uint32_t page = 0; page < ENTRIES; page++)
      image_table[table][page] = pte_physical(base + (table << 22) + (page << PAGE_BITS), rights);
  }
  // The working set appears at WINDOW; 389 and 1024 have no common divisor, so every page is used once.
  root[(uint32_t)WINDOW >> 22] = pte(window_table, 0);
  for (uint32_t page = 0; page < SET_PAGES; page++)
    window_table[page] = pte(working_set[page * 389 % SET_PAGES], PTE_R | PTE_W | PTE_U | PTE_A | PTE_D);
  return SATP_SV32 | (uint32_t)root >> PAGE_BITS;
}
#else
#define WINDOW working_set
#endif

enum { WORDS = SET_PAGES * PAGE_SIZE / 4, PAGE_WORDS = PAGE_SIZE / 4 };

static uint32_t in_order(uint32_t *set) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < WORDS; i++) sum += set[i] = set[i] * 5 + i;
  return sum;
}

static uint32_t across(uint32_t *set) {
  uint32_t sum = 0;
  for (uint32_t word = 0; word < PAGE_WORDS; word += 16)
    for (uint32_t page = 0; page < SET_PAGES; page++) sum = (sum ^ set[page * PAGE_WORDS + word]) + page;
  return sum;
}

static uint32_t at_random(uint32_t *set, uint32_t seed) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < 600000; i++) {
    uint32_t *word = &set[xorshift(&seed) % WORDS];
    sum += *word;
    *word = sum;
  }
  return sum;
}

// Accesses that keep to 64 pages for a while: what most programs do.
static uint32_t nearby(uint32_t *set, uint32_t seed) {
  uint32_t sum = 0;
  for (uint32_t start = 0; start < SET_PAGES; start += 64)
    for (uint32_t i = 0; i < 60000; i++) {
      uint32_t *word = &set[start * PAGE_WORDS + xorshift(&seed) % (64 * PAGE_WORDS)];
      sum ^= *word += i;
    }
  return sum;
}

uint32_t bench_run(void) {
  uint32_t *set = (uint32_t *)WINDOW, sum = 0;
  for (uint32_t round = 1; round <= 12; round++) {
    sum = fold(sum, in_order(set));
    sum = fold(sum, across(set));
    sum = fold(sum, at_random(set, round));
    sum = fold(sum, nearby(set, round));
  }
  return sum;
}
