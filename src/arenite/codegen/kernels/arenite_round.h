/* Rounding without the mathematical library. */

#include <stdint.h>

/* The nearest integer, ties away from zero; what 30 bits do not hold becomes the nearest end, NaN becomes 0. */
static inline int32_t arenite_round(float x) {
  const float limit = 1073741824.0f;
  if (x >= limit || x <= -limit) {
    return x > 0.0f ? 1 << 30 : -(1 << 30);
  }
  if (!(x == x)) {
    return 0;
  }
  const int32_t whole = (int32_t)x;
  const float rest = x - (float)whole;
  return whole + (rest >= 0.5f ? 1 : 0) - (rest <= -0.5f ? 1 : 0);
}
