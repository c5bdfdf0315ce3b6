/* BATCH_MATMUL of $VALUES values: the product of two matrices, either of which may be transposed. */

#include <stdint.h>

typedef struct {
  int32_t rows, depth, columns;
  int32_t first_row, first_step;      /* elements from row to row of the first matrix, and from column to column */
  int32_t second_step, second_column; /* the same of the second one */
$FOR *_s8 *_s16
  int32_t first_offset, second_offset, output_offset, output_multiplier, output_shift;
  int32_t lowest, highest;
$ALL
} arenite_$KERNEL_t;

/* Output and inputs have no common byte. */
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, const $ELEMENT *first, const $ELEMENT *second, $ELEMENT *output);
