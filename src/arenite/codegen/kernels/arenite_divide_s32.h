/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* DIV of int32 values, toward zero, with broadcasting. */
#ifndef ARENITE_DIVIDE_S32_H
#define ARENITE_DIVIDE_S32_H

#include <stdint.h>

#include "arenite_broadcast.h"

typedef struct {
  arenite_broadcast_t shape;
  int32_t lowest, highest;
} arenite_divide_s32_t;

#ifdef __cplusplus
extern "C" {
#endif
/* The output may lie exactly on an input that does not repeat. What is divided by 0 becomes 0. */
void arenite_divide_s32(const arenite_divide_s32_t *layer, const int32_t *first, const int32_t *second,
                        int32_t *output);
#ifdef __cplusplus
}
#endif

#endif
