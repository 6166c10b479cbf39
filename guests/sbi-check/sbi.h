// SBI calls, CSRs and accesses that trap.
#pragma once
#include <stdint.h>

struct sbi_result {
  int32_t error;
  uint32_t value;
};

static inline struct sbi_result sbi_call(uint32_t extension, uint32_t function, uint32_t p0, uint32_t p1, uint32_t p2,
                                         uint32_t p3, uint32_t p4) {
  register uint32_t a0 __asm__("a0") = p0;
  register uint32_t a1 __asm__("a1") = p1;
  register uint32_t a2 __asm__("a2") = p2;
  register uint32_t a3 __asm__("a3") = p3;
  register uint32_t a4 __asm__("a4") = p4;
  register uint32_t a6 __asm__("a6") = function;
  register uint32_t a7 __asm__("a7") = extension;
  __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a3), "r"(a4), "r"(a6), "r"(a7) : "memory");
  return (struct sbi_result){(int32_t)a0, a1};
}

static inline uint32_t read_time(void) {
  uint32_t value;
  __asm__ volatile("csrr %0, time" : "=r"(value));
  return value;
}
static inline uint32_t read_timeh(void) {
  uint32_t value;
  __asm__ volatile("csrr %0, timeh" : "=r"(value));
  return value;
}
static inline uint32_t read_sip(void) {
  uint32_t value;
  __asm__ volatile("csrr %0, sip" : "=r"(value)::"memory");
  return value;
}
static inline void write_sie(uint32_t value) { __asm__ volatile("csrw sie, %0" ::"r"(value) : "memory"); }
static inline void clear_sip(uint32_t value) { __asm__ volatile("csrc sip, %0" ::"r"(value) : "memory"); }
static inline void wait_for_interrupt(void) { __asm__ volatile("wfi" ::: "memory"); }

static inline void load_from(uint32_t address) {
  uint32_t value;
  __asm__ volatile("lw %0, 0(%1)" : "=r"(value) : "r"(address) : "memory");
}
static inline void store_to(uint32_t address) { __asm__ volatile("sw zero, 0(%0)" ::"r"(address) : "memory"); }
static inline void execute_illegal(void) { __asm__ volatile(".4byte 0xffffffff" ::: "memory"); }
static inline void read_machine_csr(void) {
  uint32_t value;
  __asm__ volatile("csrr %0, mscratch" : "=r"(value));
}

// Written by trap_entry.
struct trap_notes {
  uint32_t cause, pc, value;
};
extern volatile struct trap_notes last_trap;
static inline void forget_trap(void) { last_trap.cause = 0xffffffff; }
static inline uint32_t trap_cause(void) { return last_trap.cause; }

uint32_t registers_changed(void);
extern uint8_t started_entry[];
static inline uint32_t started_entry_address(void) { return (uint32_t)started_entry; }
