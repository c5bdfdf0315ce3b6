/* The reciprocal of a sum of exponentials in fixed point. */

#include <stdint.h>

#include "arenite_fixed.h"

/* x * 2^exponent, saturated. */
static inline int32_t arenite_saturating_shift(int32_t x, int32_t exponent) {
  const int32_t limit = (int32_t)(((uint32_t)1 << (31 - exponent)) - 1u);
  if (x > limit) {
    return INT32_MAX;
  }
  return x < -limit ? INT32_MIN : arenite_shift_left(x, exponent);
}

/* 1 / sum in the form scale * 2^(-31 - bits), for a positive sum with 12 integer bits (19 after the point); bits goes
 * to `over`. Three steps of Newton's method on 1 / (1 + a), a in 0 .. 1, all values with 2 integer bits. */
static inline int32_t arenite_reciprocal(uint32_t sum, int32_t *over) {
  int32_t zeros = 0;
  while (((sum << zeros) & 0x80000000u) == 0) {
    zeros++;
  }
  *over = 12 - zeros;
  const int32_t a = (int32_t)((sum << zeros) - 0x80000000u);
  const int32_t half = (int32_t)(((int64_t)a + INT32_MAX + 1) / 2);
  int32_t x = 1515870810 + arenite_high_multiply(half, -1010580540); /* 48/17 - 32/17 * half */
  for (int i = 0; i < 3; i++) {
    const int32_t rest = (1 << 29) - arenite_high_multiply(half, x);
    x += arenite_saturating_shift(arenite_high_multiply(x, rest), 2);
  }
  return arenite_saturating_shift(x, 1);
}
