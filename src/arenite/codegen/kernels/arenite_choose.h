/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* SELECT_V2: writes values where a condition is true, with broadcasting. */
#ifndef ARENITE_CHOOSE_H
#define ARENITE_CHOOSE_H

#include <stdint.h>

#include "arenite_broadcast.h"

typedef struct {
  arenite_broadcast_t shape; /* the first input is the condition */
  int32_t width;             /* bytes of a value */
} arenite_choose_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Leaves the other values of the output as they are. */
void arenite_choose(const arenite_choose_t *layer, const uint8_t *condition, const void *input, void *output);
#ifdef __cplusplus
}
#endif

#endif
