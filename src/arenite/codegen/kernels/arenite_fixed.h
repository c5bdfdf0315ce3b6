/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* Fixed-point arithmetic as TensorFlow Lite defines it: a real factor is multiplier * 2^(shift - 31), the multiplier in
 * 2^30 .. 2^31 - 1, and scaling rounds twice (to nearest, ties away from zero in the second step). */
#ifndef ARENITE_FIXED_H
#define ARENITE_FIXED_H

#include <stdint.h>

/* (a * b) / 2^31, rounded to nearest, ties up. Not for a == b == INT32_MIN. */
static inline int32_t arenite_high_multiply(int32_t a, int32_t b) {
  return (int32_t)(((int64_t)a * b + ((int64_t)1 << 30)) >> 31);
}

/* x / 2^exponent, rounded to nearest, ties away from zero; exponent 0 .. 31. */
static inline int32_t arenite_divide_power(int32_t x, int32_t exponent) {
  const int32_t mask = (int32_t)(((uint32_t)1 << exponent) - 1u);
  const int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + ((x & mask) > threshold ? 1 : 0);
}

/* x * 2^shift, modulo 2^32. */
static inline int32_t arenite_shift_left(int32_t x, int32_t shift) { return (int32_t)((uint32_t)x << shift); }

/* x scaled by a real factor; shift -31 .. 31. */
static inline int32_t arenite_scale(int32_t x, int32_t multiplier, int32_t shift) {
  const int32_t left = shift > 0 ? shift : 0;
  const int32_t right = shift > 0 ? 0 : -shift;
  return arenite_divide_power(arenite_high_multiply(arenite_shift_left(x, left), multiplier), right);
}

/* A 64-bit sum scaled by a real factor, of which only the upper 16 bits count; shift -31 .. 7. */
static inline int32_t arenite_scale_wide(int64_t x, int32_t multiplier, int32_t shift) {
  const int32_t factor = multiplier < 0x7FFF0000 ? (multiplier + (1 << 15)) >> 16 : 0x7FFF;
  const int32_t right = 15 - shift;
  return (int32_t)((x * factor + ((int64_t)1 << (right - 1))) >> right);
}

static inline int32_t arenite_clamp(int32_t x, int32_t lowest, int32_t highest) {
  return x < lowest ? lowest : (x > highest ? highest : x);
}

#endif
