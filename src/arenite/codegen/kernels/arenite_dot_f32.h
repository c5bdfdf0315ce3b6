/* Dot products of floats. */

#include <stdint.h>

/* sum + the sum of x[i] * w[i]. */
static inline float arenite_dot_f32(const float *x, const float *w, int32_t length, float sum) {
  for (int32_t i = 0; i < length; i++) {
    sum += x[i] * w[i];
  }
  return sum;
}
