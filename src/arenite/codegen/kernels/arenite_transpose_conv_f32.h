/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* TRANSPOSE_CONV of float values. */
#ifndef ARENITE_TRANSPOSE_CONV_F32_H
#define ARENITE_TRANSPOSE_CONV_F32_H

#include <stdint.h>

#include "arenite_window.h"

typedef struct {
  arenite_window_t window; /* the strides are those of the output; there is no dilation */
  int32_t pad_top;
  const float *weights; /* [output_depth][kernel_height][kernel_width][input_depth] */
  const float *bias;    /* [output_depth] */
  float lowest, highest;
} arenite_transpose_conv_f32_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks output pixels row by row; each gathers what the input scatters to it. */
void arenite_transpose_conv_f32(const arenite_transpose_conv_f32_t *layer, int32_t input_rows, int32_t output_rows,
                                const float *input, float *output);
#ifdef __cplusplus
}
#endif

#endif
