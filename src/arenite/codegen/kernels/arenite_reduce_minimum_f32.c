/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_reduce_minimum_f32.h"

static float reduce_at(const arenite_reduce_t *shape, const float *input) {
  float value = *input;
  for (int32_t i = 0; i < shape->reduced[0]; i++) {
    for (int32_t j = 0; j < shape->reduced[1]; j++) {
      const float *x = input + (i * shape->reduced_step[0] + j * shape->reduced_step[1]);
      for (int32_t k = 0; k < shape->reduced[2]; k++) {
        value = *x < value ? *x : value;
        x += shape->reduced_step[2];
      }
    }
  }
  return value;
}

void arenite_reduce_minimum_f32(const arenite_reduce_minimum_f32_t *layer, const float *input, float *output) {
  const arenite_reduce_t *shape = &layer->shape;
  for (int32_t i = 0; i < shape->kept[0]; i++) {
    for (int32_t j = 0; j < shape->kept[1]; j++) {
      const float *x = input + (i * shape->kept_step[0] + j * shape->kept_step[1]);
      for (int32_t k = 0; k < shape->kept[2]; k++) {
        const float value = reduce_at(shape, x + k * shape->kept_step[2]);
        *output++ = value;
      }
    }
  }
}
