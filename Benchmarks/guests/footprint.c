// A big program: 4000 functions, none like another, called one after the other in an order that changes. No part of
// it is hot; all of it is warm.
#include "bench.h"

const uint32_t bench_expected = 0xef124600;

static uint32_t cells[1024];

// What differs from function to function is known when it is compiled: constants, operations, loops.
#define SELECT(n, bits) ((n) * 2654435761u >> 7 & (bits))
#define CONSTANT(n, k) (((n) + 1) * 2246822519u ^ (k) * 3266489917u)

#define FUNCTION(n) \
  static __attribute__((noinline)) uint32_t function_##n(uint32_t a, uint32_t b) { return work(1##n - 10000, a, b); }

/// The body of function number `n`, which is a constant wherever this is inlined.
static inline __attribute__((always_inline)) uint32_t work(uint32_t n, uint32_t a, uint32_t b) {
  uint32_t *mine = &cells[CONSTANT(n, 9) & 1016];
  a ^= CONSTANT(n, 1);
  if (n & 1) b += mine[0];
  else a += mine[1];
  if (SELECT(n, 3) == 0) {
    a = a << 7 | a >> 25;
    b *= CONSTANT(n, 2) | 1;
  } else if (SELECT(n, 3) == 1) {
    if ((a ^ b) & 16) a += CONSTANT(n, 3);
    else b ^= CONSTANT(n, 4);
  } else if (SELECT(n, 3) == 2) {
    for (uint32_t i = 0; i < 2 + (n & 3); i++) a = a * 5 + (b >> i);
  } else {
    mine[2] += a;
    b = mine[3] ^ (a >> 3);
  }
  if (SELECT(n, 12) == 0) a -= b & CONSTANT(n, 5);
  else if (SELECT(n, 12) == 4) b += a > CONSTANT(n, 6) ? 3 : CONSTANT(n, 7);
  else if (SELECT(n, 12) == 8) a = (a | CONSTANT(n, 8)) - (b >> 1);
  else mine[4] = b = b + (a & 255) * (n | 3);
  mine[n & 7] = a + b;
  if (b & 64) a ^= mine[5];
  if (a & 1024) b = b * 9 + mine[6];
  return a ^ b >> 5;
}

#define TEN(m, x) m(x##0) m(x##1) m(x##2) m(x##3) m(x##4) m(x##5) m(x##6) m(x##7) m(x##8) m(x##9)
#define HUNDRED(m, x) TEN(m, x##0) TEN(m, x##1) TEN(m, x##2) TEN(m, x##3) TEN(m, x##4) TEN(m, x##5) TEN(m, x##6) \
  TEN(m, x##7) TEN(m, x##8) TEN(m, x##9)
#define THOUSAND(m, x) HUNDRED(m, x##0) HUNDRED(m, x##1) HUNDRED(m, x##2) HUNDRED(m, x##3) HUNDRED(m, x##4) \
  HUNDRED(m, x##5) HUNDRED(m, x##6) HUNDRED(m, x##7) HUNDRED(m, x##8) HUNDRED(m, x##9)
#define ALL(m) THOUSAND(m, 0) THOUSAND(m, 1) THOUSAND(m, 2) THOUSAND(m, 3)

ALL(FUNCTION)

enum { FUNCTIONS = 4000 };
#define ENTRY(n) function_##n,
static uint32_t (*const functions[FUNCTIONS])(uint32_t, uint32_t) = {ALL(ENTRY)};

// The same functions, called directly: a stretch of the program in the order in which it was written.
#define CALL(n) sum = function_##n(sum, b);
#define STRETCH_OF(x) \
  static __attribute__((noinline)) uint32_t stretch_##x(uint32_t sum, uint32_t b) { \
    HUNDRED(CALL, x) return sum; \
  }
STRETCH_OF(00) STRETCH_OF(07) STRETCH_OF(13) STRETCH_OF(18) STRETCH_OF(24) STRETCH_OF(29) STRETCH_OF(33) STRETCH_OF(38)

uint32_t bench_run(void) {
  uint32_t sum = 0, at = 0;
  for (uint32_t round = 1; round <= 1500; round++) {
    // Odd steps that 5 does not divide reach all 4000.
    uint32_t step = 1 + 2 * ((round * 7) % 1000);
    if (step % 5 == 0) step += 2;
    for (uint32_t i = 0; i < FUNCTIONS; i++) {
      sum = functions[at](sum, round);
      at += step;
      if (at >= FUNCTIONS) at -= FUNCTIONS;
    }
    sum = stretch_00(sum, round), sum = stretch_07(sum, round), sum = stretch_13(sum, round);
    sum = stretch_18(sum, round), sum = stretch_24(sum, round), sum = stretch_29(sum, round);
    sum = stretch_33(sum, round), sum = stretch_38(sum, round);
  }
  return sum;
}
