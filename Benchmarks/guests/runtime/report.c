#include "bench.h"

#include <stddef.h>

void uart_put(uint32_t byte);

static void put_text(const char *text) {
  while (*text) uart_put((uint8_t)*text++);
}

static void put_hex(uint32_t value) {
  for (int shift = 28; shift >= 0; shift -= 4) uart_put("0123456789abcdef"[value >> shift & 15]);
}

/// Prints the line that the bench runner reads, and answers the exit code.
uint32_t bench_report(uint32_t checksum, uint32_t instructions_low, uint32_t instructions_high) {
  int passed = checksum == bench_expected;
  put_text(passed ? "bench pass checksum " : "bench FAIL checksum ");
  put_hex(checksum);
  put_text(" instructions ");
  put_hex(instructions_high);
  put_hex(instructions_low);
  put_text("\n");
  return passed ? 0 : 1;
}

void *memset(void *to, int byte, size_t count) {
  uint8_t *at = to;
  while (count--) *at++ = (uint8_t)byte;
  return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  uint8_t *at = to;
  const uint8_t *source = from;
  while (count--) *at++ = *source++;
  return to;
}
