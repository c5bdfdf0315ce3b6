/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* RESIZE_NEAREST_NEIGHBOR of any type. */
#ifndef ARENITE_RESIZE_NEAREST_H
#define ARENITE_RESIZE_NEAREST_H

#include <stdint.h>

typedef struct {
  int32_t rows, columns; /* of the output */
  int32_t pixel, line;   /* bytes of a pixel and of a row of the input */
  const int16_t *row;    /* [rows]: row of the input */
  const int16_t *column; /* [columns] */
} arenite_resize_nearest_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks output pixels row by row. */
void arenite_resize_nearest(const arenite_resize_nearest_t *layer, const void *input, void *output);
#ifdef __cplusplus
}
#endif

#endif
