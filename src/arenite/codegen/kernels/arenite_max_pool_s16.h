/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* MAX_POOL_2D on int16_t. */
#ifndef ARENITE_MAX_POOL_S16_H
#define ARENITE_MAX_POOL_S16_H

#include <stdint.h>

#include "arenite_window.h"

typedef struct {
  arenite_window_t window;
  int32_t lowest, highest;
} arenite_max_pool_s16_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks output pixels row by row, all channels of a pixel before the next; a channel reads itself only. */
void arenite_max_pool_s16(const arenite_max_pool_s16_t *layer, int32_t input_rows, int32_t output_rows, int32_t pad_top,
                          const int16_t *input, int16_t *output);
#ifdef __cplusplus
}
#endif

#endif
