/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* MAX_POOL_2D on float. */
#ifndef ARENITE_MAX_POOL_F32_H
#define ARENITE_MAX_POOL_F32_H

#include <stdint.h>

#include "arenite_window.h"

typedef struct {
  arenite_window_t window;
  float lowest, highest;
} arenite_max_pool_f32_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks output pixels row by row, all channels of a pixel before the next; a channel reads itself only. */
void arenite_max_pool_f32(const arenite_max_pool_f32_t *layer, int32_t input_rows, int32_t output_rows, int32_t pad_top,
                          const float *input, float *output);
#ifdef __cplusplus
}
#endif

#endif
