/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* TRANSPOSE_CONV of int8 values. */
#ifndef ARENITE_TRANSPOSE_CONV_S8_H
#define ARENITE_TRANSPOSE_CONV_S8_H

#include <stdint.h>

#include "arenite_window.h"

typedef struct {
  arenite_window_t window; /* the strides are those of the output; there is no dilation */
  int32_t pad_top;
  const int8_t *weights;     /* [output_depth][kernel_height][kernel_width][input_depth] */
  const int32_t *bias;       /* [output_depth] */
  const int32_t *multiplier; /* [output_depth] */
  const int8_t *shift;       /* [output_depth] */
  int32_t input_offset, output_offset, lowest, highest;
} arenite_transpose_conv_s8_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks output pixels row by row; each gathers what the input scatters to it. */
void arenite_transpose_conv_s8(const arenite_transpose_conv_s8_t *layer, int32_t input_rows, int32_t output_rows,
                               const int8_t *input, int8_t *output);
#ifdef __cplusplus
}
#endif

#endif
