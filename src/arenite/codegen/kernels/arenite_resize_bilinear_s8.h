/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* RESIZE_BILINEAR of int8 values. */
#ifndef ARENITE_RESIZE_BILINEAR_S8_H
#define ARENITE_RESIZE_BILINEAR_S8_H

#include <stdint.h>

typedef struct {
  int32_t rows, columns, depth; /* of the output */
  int32_t line;                 /* elements of a row of the input */
  const int16_t *row;           /* [2 * rows]: the rows of the input above and below */
  const int16_t *column;        /* [2 * columns] */
  const int16_t *row_weight;    /* [rows]: share of the lower row, of 1024 */
  const int16_t *column_weight;
} arenite_resize_bilinear_s8_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks output pixels row by row. */
void arenite_resize_bilinear_s8(const arenite_resize_bilinear_s8_t *layer, const int8_t *input, int8_t *output);
#ifdef __cplusplus
}
#endif

#endif
