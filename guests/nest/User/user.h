// The one instruction that programs need and Swift cannot say, and those that they may not use.
#pragma once
#include <stdint.h>

static inline int32_t system_call(uint32_t number, uint32_t argument0, uint32_t argument1) {
  register uint32_t a0 __asm__("a0") = argument0;
  register uint32_t a1 __asm__("a1") = argument1;
  register uint32_t a7 __asm__("a7") = number;
  __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a7) : "memory");
  return (int32_t)a0;
}

static inline uint32_t read_time(void) {
  uint32_t value;
  __asm__ volatile("csrr %0, time" : "=r"(value));
  return value;
}

// For the self-test's offenders.
static inline void load_from(uint32_t address) {
  uint32_t value;
  __asm__ volatile("lw %0, 0(%1)" : "=r"(value) : "r"(address) : "memory");
}
static inline void store_to(uint32_t address) { __asm__ volatile("sw zero, 0(%0)" ::"r"(address) : "memory"); }
static inline void jump_to(uint32_t address) { __asm__ volatile("jalr %0" ::"r"(address) : "ra", "memory"); }
static inline void read_supervisor_csr(void) {
  uint32_t value;
  __asm__ volatile("csrr %0, sstatus" : "=r"(value));
}
static inline void break_here(void) { __asm__ volatile("ebreak" ::: "memory"); }
// Keeps the optimiser from seeing that a loop does nothing, or that a variable cannot have changed.
static inline void spin_once(void) { __asm__ volatile("" ::: "memory"); }
