/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_leaky_relu_f32.h"

void arenite_leaky_relu_f32(float slope, int32_t length, const float *input, float *output) {
  for (int32_t i = 0; i < length; i++) {
    const float x = input[i];
    output[i] = x > 0.0f ? x : x * slope;
  }
}
