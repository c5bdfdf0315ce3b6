/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_dequantize_s16_f32.h"

void arenite_dequantize_s16_f32(float scale, int32_t zero_point, int32_t length, const int16_t *input, float *output) {
  for (int32_t i = 0; i < length; i++) {
    output[i] = scale * (float)(input[i] - zero_point);
  }
}
