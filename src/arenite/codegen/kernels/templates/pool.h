/* $OPERATOR of $VALUES values. */

#include <stdint.h>

#include "arenite_window.h"

typedef struct {
  arenite_window_t window;
  $SUM lowest, highest;
} arenite_$KERNEL_t;

/* Walks output pixels row by row, all channels of a pixel before the next; a channel reads itself only. */
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t input_rows, int32_t output_rows, int32_t pad_top,
    const $ELEMENT *input, $ELEMENT *output);
