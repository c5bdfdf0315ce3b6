/* RESIZE_BILINEAR of $VALUES values. */

#include <stdint.h>

typedef struct {
  int32_t rows, columns, depth; /* of the output */
  int32_t line;                 /* elements of a row of the input */
  const int16_t *row;           /* [2 * rows]: the rows of the input above and below */
  const int16_t *column;        /* [2 * columns] */
$FOR *_f32
  const float *row_weight;      /* [rows]: share of the lower row */
  const float *column_weight;
$FOR *_s8
  const int16_t *row_weight;    /* [rows]: share of the lower row, of 1024 */
  const int16_t *column_weight;
$ALL
} arenite_$KERNEL_t;

/* Walks output pixels row by row. */
void arenite_$KERNEL(const arenite_$KERNEL_t *layer, const $ELEMENT *input, $ELEMENT *output);
