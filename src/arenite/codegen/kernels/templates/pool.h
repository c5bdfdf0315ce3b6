/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* $OPERATOR of $VALUES values. */
#ifndef ARENITE_$CAPITALS_H
#define ARENITE_$CAPITALS_H

#include <stdint.h>

#include "arenite_window.h"

typedef struct {
  arenite_window_t window;
  $SUM lowest, highest;
} arenite_$KERNEL_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks output pixels row by row, all channels of a pixel before the next; a channel reads itself only. */
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t input_rows, int32_t output_rows, int32_t pad_top,
    const $ELEMENT *input, $ELEMENT *output);
#ifdef __cplusplus
}
#endif

#endif
