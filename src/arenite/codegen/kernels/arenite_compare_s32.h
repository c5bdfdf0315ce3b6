/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER and GREATER_EQUAL of int32 values with broadcasting. */
#ifndef ARENITE_COMPARE_S32_H
#define ARENITE_COMPARE_S32_H

#include <stdint.h>

#include "arenite_broadcast.h"

typedef struct {
  arenite_broadcast_t shape;
  int32_t ways; /* the sum of those that give 1: first input less 1, equal 2, greater 4 */
} arenite_compare_s32_t;

#ifdef __cplusplus
extern "C" {
#endif
/* The output may begin where an input begins that does not repeat. */
void arenite_compare_s32(const arenite_compare_s32_t *layer, const int32_t *first, const int32_t *second,
                         uint8_t *output);
#ifdef __cplusplus
}
#endif

#endif
