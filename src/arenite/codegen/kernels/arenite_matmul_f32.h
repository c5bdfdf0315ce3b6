/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* BATCH_MATMUL of float values: the product of two matrices, either of which may be transposed. */
#ifndef ARENITE_MATMUL_F32_H
#define ARENITE_MATMUL_F32_H

#include <stdint.h>

typedef struct {
  int32_t rows, depth, columns;
  int32_t first_row, first_step;      /* elements from row to row of the first matrix, and from column to column */
  int32_t second_step, second_column; /* the same of the second one */

} arenite_matmul_f32_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Output and inputs have no common byte. */
void arenite_matmul_f32(const arenite_matmul_f32_t *layer, const float *first, const float *second, float *output);
#ifdef __cplusplus
}
#endif

#endif
