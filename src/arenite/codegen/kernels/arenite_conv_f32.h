/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* CONV_2D of float values. */
#ifndef ARENITE_CONV_F32_H
#define ARENITE_CONV_F32_H

#include <stdint.h>

#include "arenite_window.h"

typedef struct {
  arenite_window_t window;
  int32_t filter_depth; /* input depth / groups */
  const float *weights; /* [output_depth][kernel_height][kernel_width][filter_depth] */
  const float *bias;    /* [output_depth] */
  float lowest, highest;
} arenite_conv_f32_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks output pixels row by row, all channels of a pixel before the next; while a pixel is written its whole window is
 * read. */
void arenite_conv_f32(const arenite_conv_f32_t *layer, int32_t input_rows, int32_t output_rows, int32_t pad_top,
                      const float *input, float *output);
#ifdef __cplusplus
}
#endif

#endif
