/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* QUANTIZE of $SOURCE values to $VALUES with another scale. */
#ifndef ARENITE_$CAPITALS_H
#define ARENITE_$CAPITALS_H

#include <stdint.h>

typedef struct {
  int32_t input_offset, multiplier, shift, output_offset;
} arenite_$KERNEL_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks from the first value to the last. */
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t length, const $SOURCE_t *input, $ELEMENT *output);
#ifdef __cplusplus
}
#endif

#endif
