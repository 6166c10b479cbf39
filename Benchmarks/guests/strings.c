// Bytes and strings: copies and comparisons as a small C library does them, searches, letter case, Base64, run lengths.
#include "bench.h"

const uint32_t bench_expected = 0xfb360fc3;

#define NOINLINE __attribute__((noinline))
enum { BUFFER = 1 << 15, LINES = 2048 };

static uint8_t text[BUFFER], work[2 * BUFFER];
static uint32_t lines[LINES];

static NOINLINE uint32_t length(const uint8_t *s) {
  const uint8_t *end = s;
  while (*end) end++;
  return (uint32_t)(end - s);
}

static NOINLINE int compare(const uint8_t *a, const uint8_t *b) {
  while (*a && *a == *b) a++, b++;
  return *a - *b;
}

static NOINLINE uint8_t *copy_string(uint8_t *to, const uint8_t *from) {
  while ((*to = *from)) to++, from++;
  return to;
}

static NOINLINE void copy_bytes(uint8_t *restrict to, const uint8_t *restrict from, uint32_t count) {
  while (count--) *to++ = *from++;
}

// Word by word where both are aligned alike, as kernels copy.
static NOINLINE void copy_words(uint8_t *to, const uint8_t *from, uint32_t count) {
  while (count && (uintptr_t)to & 3) *to++ = *from++, count--;
  for (; count >= 16; count -= 16, to += 16, from += 16) {
    uint32_t w[4];
    __builtin_memcpy(w, __builtin_assume_aligned(from, 4), 16);
    __builtin_memcpy(__builtin_assume_aligned(to, 4), w, 16);
  }
  while (count--) *to++ = *from++;
}

static NOINLINE void move_up(uint8_t *at, uint32_t count, uint32_t by) {
  while (count--) at[count + by] = at[count];
}

static NOINLINE const uint8_t *find(const uint8_t *s, uint32_t count, uint32_t wanted) {
  for (; count; count--, s++)
    if (*s == wanted) return s;
  return 0;
}

static NOINLINE uint32_t find_text(const uint8_t *s, uint32_t count, const uint8_t *wanted, uint32_t size) {
  uint32_t found = 0;
  for (uint32_t i = 0; i + size <= count; i++) {
    uint32_t j = 0;
    while (j < size && s[i + j] == wanted[j]) j++;
    found += j == size;
  }
  return found;
}

static NOINLINE uint32_t upper(uint8_t *s) {
  uint32_t changed = 0;
  for (; *s; s++)
    if (*s >= 'a' && *s <= 'z') {
      *s -= 32;
      changed++;
    }
  return changed;
}

static NOINLINE uint32_t base64(uint8_t *to, const uint8_t *from, uint32_t count) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  uint8_t *start = to;
  for (; count >= 3; count -= 3, from += 3) {
    uint32_t three = (uint32_t)from[0] << 16 | (uint32_t)from[1] << 8 | from[2];
    *to++ = (uint8_t)digits[three >> 18];
    *to++ = (uint8_t)digits[three >> 12 & 63];
    *to++ = (uint8_t)digits[three >> 6 & 63];
    *to++ = (uint8_t)digits[three & 63];
  }
  return (uint32_t)(to - start);
}

static NOINLINE uint32_t run_lengths(uint8_t *to, const uint8_t *from, uint32_t count) {
  uint8_t *start = to;
  for (uint32_t i = 0; i < count;) {
    uint32_t run = 1;
    while (run < 255 && i + run < count && from[i + run] == from[i]) run++;
    *to++ = (uint8_t)run;
    *to++ = from[i];
    i += run;
  }
  return (uint32_t)(to - start);
}

static NOINLINE uint32_t adler(const uint8_t *s, uint32_t count) {
  uint32_t a = 1, b = 0;
  while (count--) {
    a += *s++;
    if (a >= 65521) a -= 65521;
    b += a;
    if (b >= 65521) b -= 65521;
  }
  return b << 16 | a;
}

// Words of few letters, so that runs and common beginnings occur; lines of 8 to 23 bytes that end with zero.
static void write_text(uint32_t seed) {
  uint32_t at = 0;
  for (uint32_t line = 0; line < LINES; line++) {
    uint32_t size = 8 + (xorshift(&seed) & 7);
    lines[line] = at;
    while (size--) {
      uint32_t bits = xorshift(&seed);
      text[at++] = (uint8_t)(bits & 0x700 ? "aaeeinrst "[bits % 10] : "XYZ,.-01"[bits >> 20 & 7]);
    }
    text[at++] = 0;
  }
}

uint32_t bench_run(void) {
  static const uint8_t wanted[] = "nest";
  uint32_t sum = 0;
  for (uint32_t round = 1; round <= 52; round++) {
    write_text(round);
    uint32_t end = lines[LINES - 1];
    for (uint32_t i = 1; i < LINES; i++) {
      const uint8_t *a = text + lines[i - 1], *b = text + lines[(i * 5) % LINES];
      sum = fold(sum, length(a) + (compare(a, b) < 0));
      sum += compare(a, text + lines[i - 1]) == 0;
    }
    uint8_t *to = work;
    for (uint32_t i = 0; i < LINES; i++) {
      to = copy_string(to, text + lines[i]);
      *to++ = ' ';
    }
    *to = 0;
    sum = fold(sum, adler(work, (uint32_t)(to - work)));
    for (uint32_t i = 0; i < 24; i++) {
      copy_words(work + (i & 3), text + (i & 3), end);
      copy_bytes(work + end, text + i, end / 4);
      move_up(work, end / 4, i + 1);
      sum = fold(sum, work[(i * 977) % end]);
    }
    sum = fold(sum, adler(work, end));
    for (const uint8_t *at = text; (at = find(at, (uint32_t)(text + end - at), 'Z')); at++) sum += (uint32_t)(at - text);
    sum = fold(sum, find_text(text, end, wanted, 3) + find_text(text, end, wanted, 2));
    sum = fold(sum, base64(work, text, end / 2));
    sum = fold(sum, adler(work, end / 2));
    sum = fold(sum, run_lengths(work, text, end));
    sum = fold(sum, adler(work, end));
    for (uint32_t i = 0; i < LINES; i++) sum += upper(text + lines[i]);
    sum = fold(sum, adler(text, end));
  }
  return sum;
}
