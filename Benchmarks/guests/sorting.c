// Sorting 32,768 words in three ways: quicksort, heapsort and mergesort.
#include "bench.h"

const uint32_t bench_expected = 0x7aa666ab;

enum { COUNT = 1 << 15 };
static uint32_t items[COUNT], spare[COUNT];

static void quicksort(uint32_t *low, uint32_t *high) {
  while (high - low > 16) {
    uint32_t pivot = low[(high - low) / 2], *i = low, *j = high - 1;
    while (i <= j) {
      while (*i < pivot) i++;
      while (*j > pivot) j--;
      if (i > j) break;
      uint32_t held = *i;
      *i++ = *j;
      *j-- = held;
    }
    if (j - low < high - i) {
      quicksort(low, j + 1);
      low = i;
    } else {
      quicksort(i, high);
      high = j + 1;
    }
  }
  for (uint32_t *i = low + 1; i < high; i++) {
    uint32_t value = *i, *j = i;
    for (; j > low && j[-1] > value; j--) *j = j[-1];
    *j = value;
  }
}

static void sift(uint32_t *heap, uint32_t root, uint32_t count) {
  uint32_t value = heap[root];
  for (uint32_t child; (child = 2 * root + 1) < count; root = child) {
    if (child + 1 < count && heap[child + 1] > heap[child]) child++;
    if (heap[child] <= value) break;
    heap[root] = heap[child];
  }
  heap[root] = value;
}

static void heapsort(uint32_t *heap, uint32_t count) {
  for (uint32_t i = count / 2; i-- > 0;) sift(heap, i, count);
  while (count-- > 1) {
    uint32_t held = heap[0];
    heap[0] = heap[count];
    heap[count] = held;
    sift(heap, 0, count);
  }
}

static void mergesort(uint32_t *from, uint32_t *to, uint32_t count) {
  for (uint32_t width = 1; width < count; width *= 2) {
    for (uint32_t start = 0; start < count; start += 2 * width) {
      uint32_t i = start, middle = start + width, j = middle, end = middle + width;
      for (uint32_t k = start; k < end; k++)
        to[k] = i < middle && (j >= end || from[i] <= from[j]) ? from[i++] : from[j++];
    }
    uint32_t *held = from;
    from = to;
    to = held;
  }
}

static void refill(uint32_t seed) {
  for (uint32_t i = 0; i < COUNT; i++) items[i] = xorshift(&seed);
}

static uint32_t verdict(void) {
  uint32_t sum = 0;
  for (uint32_t i = 1; i < COUNT; i++) sum = fold(sum, items[i]) + (items[i - 1] > items[i] ? 0x10001 : 0);
  return sum;
}

uint32_t bench_run(void) {
  uint32_t sum = 0;
  for (uint32_t round = 1; round <= 12; round++) {
    refill(round);
    quicksort(items, items + COUNT);
    sum = fold(sum, verdict());
    refill(round + 100);
    heapsort(items, COUNT);
    sum = fold(sum, verdict());
    refill(round + 200);
    // 15 passes: the result of an odd number of them lies in `spare`.
    mergesort(items, spare, COUNT);
    for (uint32_t i = 0; i < COUNT; i++) items[i] = spare[i];
    sum = fold(sum, verdict());
  }
  return sum;
}
