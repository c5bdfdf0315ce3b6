/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* $OPERATOR of $VALUES values. */
#ifndef ARENITE_$CAPITALS_H
#define ARENITE_$CAPITALS_H

#include <stdint.h>

#include "arenite_reduce.h"

typedef struct {
  arenite_reduce_t shape;
$FOR mean_f32
  float divisor;
$FOR mean_s*
  int32_t shift_in; /* minus the zero point of the input times the number of values */
  int32_t multiplier, shift, output_offset;
$ALL
} arenite_$KERNEL_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks the output from its first to its last value. */
void arenite_$KERNEL(const arenite_$KERNEL_t *layer, const $ELEMENT *input, $ELEMENT *output);
#ifdef __cplusplus
}
#endif

#endif
