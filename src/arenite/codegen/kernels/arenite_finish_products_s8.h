/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* FULLY_CONNECTED of int8 values from the sums over all strips, with one scale per unit or for all. */
#ifndef ARENITE_FINISH_PRODUCTS_S8_H
#define ARENITE_FINISH_PRODUCTS_S8_H

#include <stdint.h>

typedef struct {
  int32_t units;
  const int32_t *bias;       /* [units] */
  const int32_t *multiplier; /* [units], or one for all: see `per_unit` */
  const int8_t *shift;
  int32_t per_unit; /* 1 where each unit has its own multiplier, 0 where the first serves all */
  int32_t output_offset, lowest, highest;
} arenite_finish_products_s8_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks from the first unit to the last. */
void arenite_finish_products_s8(const arenite_finish_products_s8_t *layer, const int32_t *sums, int8_t *output);
#ifdef __cplusplus
}
#endif

#endif
