/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_quantize_f32_s16.h"

#include "arenite_fixed.h"
#include "arenite_round.h"

void arenite_quantize_f32_s16(float scale, int32_t zero_point, int32_t length, const float *input, int16_t *output) {
  for (int32_t i = 0; i < length; i++) {
    output[i] = (int16_t)arenite_clamp(arenite_round(input[i] / scale) + zero_point, -32768, 32767);
  }
}
