/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* DEPTHWISE_CONV_2D of float values. */
#ifndef ARENITE_DEPTHWISE_F32_H
#define ARENITE_DEPTHWISE_F32_H

#include <stdint.h>

#include "arenite_window.h"

typedef struct {
  arenite_window_t window; /* output_depth is input_depth * multiplicity */
  int32_t multiplicity;    /* output channels made of each input channel */
  const float *weights;    /* [kernel_height][kernel_width][output_depth] */
  const float *bias;       /* [output_depth] */
  float lowest, highest;
} arenite_depthwise_f32_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks output pixels row by row, all channels of a pixel before the next; an output channel reads its own input
 * channel only. */
void arenite_depthwise_f32(const arenite_depthwise_f32_t *layer, int32_t input_rows, int32_t output_rows,
                           int32_t pad_top, const float *input, float *output);
#ifdef __cplusplus
}
#endif

#endif
