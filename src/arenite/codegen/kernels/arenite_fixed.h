/* Fixed-point arithmetic as TensorFlow Lite defines it: a real factor is multiplier * 2^(shift - 31), the magnitude of
 * the multiplier in 2^30 .. 2^31 - 1, and scaling rounds twice (to nearest, ties away from zero in the second step). */

#include <stdint.h>

#include "arenite_wrap.h"

/* (a * b) / 2^31, rounded to nearest, ties up. Not for a == b == INT32_MIN. */
static inline int32_t arenite_high_multiply(int32_t a, int32_t b) {
  const int64_t product = (int64_t)a * b;
  const uint32_t low = (uint32_t)product;
  return (int32_t)(((uint32_t)(product >> 32) << 1) + (low >> 31) + (low >> 30 & 1u));
}

/* x / 2^exponent, rounded to nearest, ties away from zero; exponent 0 .. 31. */
static inline int32_t arenite_divide_power(int32_t x, int32_t exponent) {
  const int32_t mask = (int32_t)(((uint32_t)1 << exponent) - 1u);
  const int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + ((x & mask) > threshold ? 1 : 0);
}

/* x * 2^shift, modulo 2^32. */
static inline int32_t arenite_shift_left(int32_t x, int32_t shift) {
  return (int32_t)((uint32_t)x << shift);
}

/* x scaled by a real factor; shift -31 .. 31. */
static inline int32_t arenite_scale(int32_t x, int32_t multiplier, int32_t shift) {
  if (shift >= 0) {
    return arenite_high_multiply(arenite_shift_left(x, shift), multiplier);
  }
  /* arenite_divide_power for an exponent that is not 0, in fewer steps: 1 less for what is negative makes ties go away
   * from zero, and above -2^31, which no product with a multiplier reaches, that does not overflow. */
  const int32_t product = arenite_high_multiply(x, multiplier);
  const int32_t half = (product + (product >> 31)) >> (-shift - 1);
  return (half >> 1) + (half & 1);
}

/* A 64-bit sum scaled by a real factor, of which only the upper 16 bits count; shift -31 .. 7. Modulo 2^64. */
static inline int32_t arenite_scale_wide(int64_t x, int32_t multiplier, int32_t shift) {
  const int32_t factor = multiplier < 0x7FFF0000 ? (multiplier + (1 << 15)) >> 16 : 0x7FFF;
  const int32_t right = 15 - shift;
  const int64_t product = (int64_t)((uint64_t)x * (uint64_t)factor);
  return (int32_t)(arenite_plus_wide(product, (int64_t)1 << (right - 1)) >> right);
}

static inline int32_t arenite_clamp(int32_t x, int32_t lowest, int32_t highest) {
  return x < lowest ? lowest : (x > highest ? highest : x);
}
