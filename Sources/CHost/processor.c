#include "CHost.h"

#if defined(__x86_64__)
#include <cpuid.h>

unsigned chost_processor_features(void) {
  unsigned a, b, c, d, found = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return 0;
  if (c & bit_POPCNT) found |= CHOST_POPCNT;
  if ((c & bit_OSXSAVE) && (c & bit_AVX)) {
    unsigned enabled, upper;
    __asm__("xgetbv" : "=a"(enabled), "=d"(upper) : "c"(0));
    // The kernel has to keep both halves of the vector registers.
    if ((enabled & 6) == 6) {
      found |= CHOST_AVX;
      if (c & bit_FMA) found |= CHOST_FMA;
    }
  }
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
    if (b & bit_BMI) found |= CHOST_BMI1;
    if (b & bit_BMI2) found |= CHOST_BMI2;
  }
  if (__get_cpuid(0x80000001, &a, &b, &c, &d) && (c & bit_LZCNT)) found |= CHOST_LZCNT;
  return found;
}
#else
unsigned chost_processor_features(void) { return 0; }
#endif
