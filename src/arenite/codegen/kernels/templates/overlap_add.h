/* SignalOverlapAdd of $VALUES values: adds frames that overlap, and gives out a step of each sum. */

#include <stdint.h>

typedef struct {
  int32_t rows, frames; /* frames of a row */
  int32_t length, step; /* of a frame, in values */
} arenite_$KERNEL_t;

/* `sums` [rows][length] is kept from one call to the next. Nothing lies on anything else. */
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, const $ELEMENT *input, $ELEMENT *sums, $ELEMENT *output);
