/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* DEPTHWISE_CONV_2D of int16 values, int8 weights with one scale per channel or for all. */
#ifndef ARENITE_DEPTHWISE_S16_H
#define ARENITE_DEPTHWISE_S16_H

#include <stdint.h>

#include "arenite_window.h"

typedef struct {
  arenite_window_t window;   /* output_depth is input_depth * multiplicity */
  int32_t multiplicity;      /* output channels made of each input channel */
  const int8_t *weights;     /* [kernel_height][kernel_width][output_depth] */
  const int64_t *bias;       /* [output_depth] */
  const int32_t *multiplier; /* [output_depth] */
  const int8_t *shift;       /* [output_depth] */
  int32_t lowest, highest;
} arenite_depthwise_s16_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks output pixels row by row, all channels of a pixel before the next; an output channel reads its own input
 * channel only. */
void arenite_depthwise_s16(const arenite_depthwise_s16_t *layer, int32_t input_rows, int32_t output_rows,
                           int32_t pad_top, const int16_t *input, int16_t *output);
#ifdef __cplusplus
}
#endif

#endif
