/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* $OPERATOR of $VALUES values with broadcasting. */
#ifndef ARENITE_$CAPITALS_H
#define ARENITE_$CAPITALS_H

#include <stdint.h>

#include "arenite_broadcast.h"

typedef struct {
  arenite_broadcast_t shape;
} arenite_$KERNEL_t;

#ifdef __cplusplus
extern "C" {
#endif
/* The output may lie exactly on an input that does not repeat. */
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, const $ELEMENT *first, const $ELEMENT *second, $ELEMENT *output);
#ifdef __cplusplus
}
#endif

#endif
