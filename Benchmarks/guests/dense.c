// Dense floating point in double precision: matrix product, elimination with pivots, Fourier transforms, a relaxation.
#include "bench.h"

const uint32_t bench_expected = 0x6b083e89;

enum { SIDE = 72, POINTS = 2048, GRID = 96 };
static double left[SIDE][SIDE], right[SIDE][SIDE], product[SIDE][SIDE];
static double re[POINTS], im[POINTS], cosines[POINTS / 2], sines[POINTS / 2];
static double grid[2][GRID][GRID];

static uint32_t bits(double number) {
  union { double number; uint64_t bits; } value = {number};
  return (uint32_t)value.bits ^ (uint32_t)(value.bits >> 32);
}

static double draw(uint32_t *seed) { return (int32_t)xorshift(seed) / 2147483648.0; }

static uint32_t multiply(uint32_t seed) {
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) {
      left[i][j] = draw(&seed);
      right[i][j] = draw(&seed);
    }
  uint32_t sum = 0;
  for (int i = 0; i < SIDE; i++)
    for (int j = 0; j < SIDE; j++) {
      double cell = 0;
      for (int k = 0; k < SIDE; k++) cell += left[i][k] * right[k][j];
      product[i][j] = cell;
      sum = fold(sum, bits(cell));
    }
  return sum;
}

// The determinant of the product, by Gaussian elimination with partial pivoting.
static uint32_t eliminate(void) {
  double determinant = 1;
  for (int k = 0; k < SIDE; k++) {
    int pivot = k;
    for (int i = k + 1; i < SIDE; i++)
      if (__builtin_fabs(product[i][k]) > __builtin_fabs(product[pivot][k])) pivot = i;
    for (int j = 0; j < SIDE; j++) {
      double held = product[k][j];
      product[k][j] = product[pivot][j];
      product[pivot][j] = held;
    }
    determinant *= product[k][k];
    for (int i = k + 1; i < SIDE; i++) {
      double factor = product[i][k] / product[k][k];
      for (int j = k; j < SIDE; j++) product[i][j] -= factor * product[k][j];
    }
  }
  return bits(determinant);
}

// The roots of one, by halving angles: nothing but square roots and products.
static void make_roots(void) {
  cosines[0] = 1, sines[0] = 0;
  double c = 0, s = 1;  // a quarter of a turn
  for (int step = POINTS / 4; step >= 1; step /= 2) {
    for (int i = 0; i + step < POINTS / 2; i += 2 * step) {
      cosines[i + step] = cosines[i] * c - sines[i] * s;
      sines[i + step] = sines[i] * c + cosines[i] * s;
    }
    double half = __builtin_sqrt((1 + c) / 2);
    s = s / (2 * half);
    c = half;
  }
}

static void transform(double direction) {
  for (uint32_t i = 1, j = 0; i < POINTS; i++) {
    uint32_t bit = POINTS / 2;
    for (; j & bit; bit /= 2) j ^= bit;
    j ^= bit;
    if (i < j) {
      double held = re[i];
      re[i] = re[j], re[j] = held;
      held = im[i];
      im[i] = im[j], im[j] = held;
    }
  }
  for (uint32_t half = 1; half < POINTS; half *= 2)
    for (uint32_t start = 0; start < POINTS; start += 2 * half)
      for (uint32_t k = 0; k < half; k++) {
        uint32_t a = start + k, b = a + half, root = k * (POINTS / 2 / half);
        double c = cosines[root], s = sines[root] * direction;
        double x = re[b] * c - im[b] * s, y = re[b] * s + im[b] * c;
        re[b] = re[a] - x, im[b] = im[a] - y;
        re[a] += x, im[a] += y;
      }
}

static uint32_t spectrum(uint32_t seed) {
  for (int i = 0; i < POINTS; i++) re[i] = draw(&seed), im[i] = draw(&seed);
  transform(1);
  uint32_t sum = 0;
  for (int i = 0; i < POINTS; i++) sum = fold(sum, bits(re[i]) + bits(im[i]));
  transform(-1);
  for (int i = 0; i < POINTS; i++) sum = fold(sum, bits(re[i] / POINTS));
  return sum;
}

static uint32_t relax(uint32_t seed, int steps) {
  for (int i = 0; i < GRID; i++)
    for (int j = 0; j < GRID; j++) grid[0][i][j] = grid[1][i][j] = draw(&seed);
  for (int step = 0; step < steps; step++) {
    double(*from)[GRID] = grid[step & 1], (*to)[GRID] = grid[~step & 1];
    for (int i = 1; i < GRID - 1; i++)
      for (int j = 1; j < GRID - 1; j++)
        to[i][j] = 0.5 * from[i][j] + 0.125 * (from[i - 1][j] + from[i + 1][j] + from[i][j - 1] + from[i][j + 1]);
  }
  uint32_t sum = 0;
  for (int i = 0; i < GRID; i++)
    for (int j = 0; j < GRID; j++) sum = fold(sum, bits(grid[0][i][j]));
  return sum;
}

uint32_t bench_run(void) {
  uint32_t sum = 0;
  make_roots();
  for (uint32_t round = 1; round <= 24; round++) {
    sum = fold(sum, multiply(round));
    sum = fold(sum, eliminate());
    for (uint32_t i = 0; i < 4; i++) sum = fold(sum, spectrum(round + 100 * i));
    sum = fold(sum, relax(round, 28));
  }
  return sum;
}
