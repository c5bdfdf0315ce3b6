#include "arenite_rsqrt_s16.h"

#include "arenite_inverse_root.h"

#define BITS 20 /* bits after the point of intermediate results */

void arenite_rsqrt_s16(int32_t multiplier, int32_t shift, int32_t length, const int16_t *input, int16_t *output) {
  for (int32_t i = 0; i < length; i++) {
    int32_t value = INT16_MAX;
    if (input[i] > 0) {
      int32_t right = 0;
      const int32_t root = arenite_inverse_root(input[i], &right);
      value = arenite_scale(arenite_scale(1, root, right + BITS), multiplier, shift - BITS);
    }
    output[i] = (int16_t)arenite_clamp(value, INT16_MIN, INT16_MAX);
  }
}
