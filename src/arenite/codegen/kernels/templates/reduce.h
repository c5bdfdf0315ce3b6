/* $OPERATOR of $VALUES values. */

#include <stdint.h>

#include "arenite_reduce.h"

typedef struct {
  arenite_reduce_t shape;
$FOR mean_f32
  float divisor;
$FOR mean_s*
  int32_t shift_in; /* minus the zero point of the input times the number of values */
  int32_t multiplier, shift, output_offset;
$ALL
} arenite_$KERNEL_t;

/* Walks the output from its first to its last value. */
void arenite_$KERNEL(const arenite_$KERNEL_t *layer, const $ELEMENT *input, $ELEMENT *output);
