/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_arg_min_f32_s64.h"

void arenite_arg_min_f32_s64(int32_t outer, int32_t length, int32_t inner, const float *input, int64_t *output) {
  for (int32_t i = 0; i < outer; i++) {
    for (int32_t j = 0; j < inner; j++) {
      const float *x = input + j;
      float best = *x;
      int32_t position = 0;
      for (int32_t k = 1; k < length; k++) {
        x += inner;
        if (*x < best) {
          best = *x;
          position = k;
        }
      }
      *output++ = position;
    }
    input += length * inner;
  }
}
