// What a bench guest supplies, and what the runtime gives it.
#pragma once
#include <stdint.h>

/// The work. Runs in the privilege mode that `bench_setup` chose (M without one) and returns a checksum of all it did.
uint32_t bench_run(void);

/// What `bench_run` must return; anything else fails the guest.
extern const uint32_t bench_expected;

/// Prepares address translation. A non-zero answer goes to `satp`, and `bench_run` is then entered in U-mode. Only the
/// guests that measure U-mode define it.
uint32_t bench_setup(void);

/// Marsaglia's xorshift: the one source of pseudo-random numbers.
static inline uint32_t xorshift(uint32_t *state) {
  uint32_t x = *state;
  x ^= x << 13;
  x ^= x >> 17;
  x ^= x << 5;
  return *state = x;
}

/// Folds a value into a running checksum.
static inline uint32_t fold(uint32_t sum, uint32_t value) {
  return (sum << 5 | sum >> 27) ^ value;
}

/// Page-table entry bits and satp's mode field (privileged architecture, Sv32).
enum {
  PTE_V = 1, PTE_R = 2, PTE_W = 4, PTE_X = 8, PTE_U = 16, PTE_A = 64, PTE_D = 128,
  PAGE_BITS = 12, PAGE_SIZE = 1 << PAGE_BITS,
};
#define SATP_SV32 0x80000000u

/// The entry that points at physical address `at`.
static inline uint32_t pte(const void *at, uint32_t flags) {
  return ((uint32_t)(uintptr_t)at >> PAGE_BITS) << 10 | flags | PTE_V;
}
static inline uint32_t pte_physical(uint32_t at, uint32_t flags) { return at >> PAGE_BITS << 10 | flags | PTE_V; }
