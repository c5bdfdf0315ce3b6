/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_clamp_f32.h"

void arenite_clamp_f32(float lowest, float highest, int32_t length, const float *input, float *output) {
  for (int32_t i = 0; i < length; i++) {
    const float x = input[i];
    output[i] = x > highest ? highest : (x < lowest ? lowest : x);
  }
}
