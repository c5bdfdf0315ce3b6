/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* BATCH_MATMUL of int16 values: the product of two matrices, either of which may be transposed. */
#ifndef ARENITE_MATMUL_S16_H
#define ARENITE_MATMUL_S16_H

#include <stdint.h>

typedef struct {
  int32_t rows, depth, columns;
  int32_t first_row, first_step;      /* elements from row to row of the first matrix, and from column to column */
  int32_t second_step, second_column; /* the same of the second one */
  int32_t first_offset, second_offset, output_offset, output_multiplier, output_shift;
  int32_t lowest, highest;
} arenite_matmul_s16_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Output and inputs have no common byte. */
void arenite_matmul_s16(const arenite_matmul_s16_t *layer, const int16_t *first, const int16_t *second,
                        int16_t *output);
#ifdef __cplusplus
}
#endif

#endif
