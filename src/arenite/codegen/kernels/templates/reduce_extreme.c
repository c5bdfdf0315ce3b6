/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_$KERNEL.h"

static $ELEMENT reduce_at(const arenite_reduce_t *shape, const $ELEMENT *input) {
  $ELEMENT value = *input;
  for (int32_t i = 0; i < shape->reduced[0]; i++) {
    for (int32_t j = 0; j < shape->reduced[1]; j++) {
      const $ELEMENT *x = input + (i * shape->reduced_step[0] + j * shape->reduced_step[1]);
      for (int32_t k = 0; k < shape->reduced[2]; k++) {
        value = *x $COMPARISON value ? *x : value;
        x += shape->reduced_step[2];
      }
    }
  }
  return value;
}

void arenite_$KERNEL(const arenite_$KERNEL_t *layer, const $ELEMENT *input, $ELEMENT *output) {
  const arenite_reduce_t *shape = &layer->shape;
  for (int32_t i = 0; i < shape->kept[0]; i++) {
    for (int32_t j = 0; j < shape->kept[1]; j++) {
      const $ELEMENT *x = input + (i * shape->kept_step[0] + j * shape->kept_step[1]);
      for (int32_t k = 0; k < shape->kept[2]; k++) {
        *output++ = reduce_at(shape, x + k * shape->kept_step[2]);
      }
    }
  }
}
