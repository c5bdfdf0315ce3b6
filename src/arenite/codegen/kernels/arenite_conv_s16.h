/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* CONV_2D of int16 values, int8 weights with one scale per output channel or for all. */
#ifndef ARENITE_CONV_S16_H
#define ARENITE_CONV_S16_H

#include <stdint.h>

#include "arenite_window.h"

typedef struct {
  arenite_window_t window;
  int32_t filter_depth;      /* input depth / groups */
  const int8_t *weights;     /* [output_depth][kernel_height][kernel_width][filter_depth] */
  const int64_t *bias;       /* [output_depth] */
  const int32_t *multiplier; /* [output_depth] */
  const int8_t *shift;       /* [output_depth] */
  int32_t narrow;            /* 1: sums of 32 bits, as with an int32 bias; 0: of 64 bits */
  int32_t lowest, highest;
} arenite_conv_s16_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks output pixels row by row, all channels of a pixel before the next; while a pixel is written its whole window is
 * read. */
void arenite_conv_s16(const arenite_conv_s16_t *layer, int32_t input_rows, int32_t output_rows, int32_t pad_top,
                      const int16_t *input, int16_t *output);
#ifdef __cplusplus
}
#endif

#endif
