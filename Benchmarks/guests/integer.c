// Integer arithmetic in tight loops: a bitwise CRC, a sieve, a matrix product, and greatest common divisors.
#include "bench.h"

const uint32_t bench_expected = 0x3b4a6a86;

static uint32_t crc32(const uint8_t *data, uint32_t count) {
  uint32_t crc = ~0u;
  for (uint32_t i = 0; i < count; i++) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (0xedb88320u & -(crc & 1));
  }
  return ~crc;
}

enum { LIMIT = 1 << 18, SIDE = 96 };
static uint8_t composite[LIMIT];
static int32_t left[SIDE][SIDE], right[SIDE][SIDE], product[SIDE][SIDE];

static uint32_t sieve(void) {
  for (uint32_t i = 0; i < LIMIT; i++) composite[i] = 0;
  uint32_t primes = 0;
  for (uint32_t i = 2; i < LIMIT; i++) {
    if (composite[i]) continue;
    primes++;
    for (uint32_t j = i + i; j < LIMIT; j += i) composite[j] = 1;
  }
  return primes;
}

static uint32_t matrix(uint32_t seed) {
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) {
      left[i][j] = (int32_t)(xorshift(&seed) & 0xfff) - 2048;
      right[i][j] = (int32_t)(xorshift(&seed) & 0xfff) - 2048;
    }
  uint32_t sum = 0;
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) {
      int32_t cell = 0;
      for (int k = 0; k < SIDE; k++) cell += left[i][k] * right[k][j];
      product[i][j] = cell;
      sum = fold(sum, (uint32_t)cell);
    }
  return sum;
}

static uint32_t divisors(uint32_t seed) {
  uint32_t sum = 0;
  for (int i = 0; i < 60000; i++) {
    uint32_t a = xorshift(&seed), b = xorshift(&seed) >> 8;
    while (b) {
      uint32_t rest = a % b;
      a = b;
      b = rest;
    }
    sum = fold(sum, a);
  }
  return sum;
}

uint32_t bench_run(void) {
  uint32_t sum = 0;
  for (uint32_t round = 1; round <= 9; round++) {
    sum = fold(sum, sieve());
    sum = fold(sum, crc32(composite, LIMIT));
    for (uint32_t i = 0; i < 2; i++) sum = fold(sum, matrix(round + i));
    sum = fold(sum, divisors(round));
  }
  return sum;
}
