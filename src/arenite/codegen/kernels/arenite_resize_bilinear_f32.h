/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* RESIZE_BILINEAR of float values. */
#ifndef ARENITE_RESIZE_BILINEAR_F32_H
#define ARENITE_RESIZE_BILINEAR_F32_H

#include <stdint.h>

typedef struct {
  int32_t rows, columns, depth; /* of the output */
  int32_t line;                 /* elements of a row of the input */
  const int16_t *row;           /* [2 * rows]: the rows of the input above and below */
  const int16_t *column;        /* [2 * columns] */
  const float *row_weight;      /* [rows]: share of the lower row */
  const float *column_weight;
} arenite_resize_bilinear_f32_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Walks output pixels row by row. */
void arenite_resize_bilinear_f32(const arenite_resize_bilinear_f32_t *layer, const float *input, float *output);
#ifdef __cplusplus
}
#endif

#endif
