/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_logistic_f32.h"

#include "arenite_exp.h"

static float logistic(float x) {
  const float power = arenite_exp(x < 0.0f ? x : -x);
  return (x < 0.0f ? power : 1.0f) / (1.0f + power);
}

void arenite_logistic_f32(int32_t length, const float *input, float *output) {
  for (int32_t i = 0; i < length; i++) {
    const float x = input[i];
    output[i] = logistic(x);
  }
}
