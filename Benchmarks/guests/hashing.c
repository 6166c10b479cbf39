// Hashing: SHA-256 over a buffer, and an open-addressed table keyed by FNV-1a of short strings.
#include "bench.h"

const uint32_t bench_expected = 0xe1767a81;

enum { BUFFER = 1 << 16, SLOTS = 1 << 15, WORDS = 20000 };

static uint8_t buffer[BUFFER];
static uint32_t constants[64];
static struct { uint32_t hash, count; } slots[SLOTS];

// SHA-256's constants are the fractions of cube roots of primes; any fixed words cost the same to add.
static void fill_constants(void) {
  uint32_t seed = 0x428a2f98;
  for (int i = 0; i < 64; i++) constants[i] = xorshift(&seed);
}

static inline uint32_t rotate(uint32_t x, int by) { return x >> by | x << (32 - by); }

static void compress(uint32_t state[8], const uint8_t *block) {
  uint32_t w[64];
  for (int i = 0; i < 16; i++, block += 4)
    w[i] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 | (uint32_t)block[2] << 8 | block[3];
  for (int i = 16; i < 64; i++) {
    uint32_t s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
    uint32_t s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
  for (int i = 0; i < 64; i++) {
    uint32_t s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25), choice = (e & f) ^ (~e & g);
    uint32_t t1 = h + s1 + choice + constants[i] + w[i];
    uint32_t s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22), majority = (a & b) ^ (a & c) ^ (b & c);
    h = g, g = f, f = e, e = d + t1, d = c, c = b, b = a, a = t1 + s0 + majority;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d;
  state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

static uint32_t digest(void) {
  uint32_t state[8];
  for (uint32_t i = 0; i < 8; i++) state[i] = 0x6a09e667u * (i + 1);
  for (uint32_t at = 0; at < BUFFER; at += 64) compress(state, buffer + at);
  uint32_t sum = 0;
  for (int i = 0; i < 8; i++) sum = fold(sum, state[i]);
  return sum;
}

static uint32_t fnv1a(const uint8_t *text, uint32_t length) {
  uint32_t hash = 2166136261u;
  while (length--) hash = (hash ^ *text++) * 16777619u;
  return hash;
}

static uint32_t count_words(void) {
  for (uint32_t i = 0; i < SLOTS; i++) slots[i].hash = slots[i].count = 0;
  uint32_t probes = 0;
  for (uint32_t i = 0; i < WORDS; i++) {
    uint32_t hash = fnv1a(buffer + (i * 3) % (BUFFER - 32), 8 + (i & 15)) | 1;
    uint32_t slot = hash % SLOTS;
    while (slots[slot].hash && slots[slot].hash != hash) {
      slot = (slot + 1) % SLOTS;
      probes++;
    }
    slots[slot].hash = hash;
    slots[slot].count++;
  }
  return probes;
}

uint32_t bench_run(void) {
  uint32_t seed = 1, sum = 0;
  fill_constants();
  for (uint32_t i = 0; i < BUFFER; i++) buffer[i] = (uint8_t)xorshift(&seed);
  for (uint32_t round = 0; round < 48; round++) {
    buffer[round] ^= (uint8_t)sum;
    sum = fold(sum, digest());
    sum = fold(sum, count_words());
  }
  return sum;
}
