/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER and GREATER_EQUAL of $VALUES values with broadcasting. */
#ifndef ARENITE_$CAPITALS_H
#define ARENITE_$CAPITALS_H

#include <stdint.h>

#include "arenite_broadcast.h"

typedef struct {
  arenite_broadcast_t shape;
  int32_t ways; /* the sum of those that give 1: first input less 1, equal 2, greater 4, not comparable 8 */
} arenite_$KERNEL_t;

#ifdef __cplusplus
extern "C" {
#endif
/* The output may begin where an input begins that does not repeat. */
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, const $ELEMENT *first, const $ELEMENT *second, uint8_t *output);
#ifdef __cplusplus
}
#endif

#endif
