/* $OPERATOR of $VALUES values along one dimension. */

#include <stdint.h>

typedef struct {
  int32_t outer, depth, inner; /* the sums go along the one in the middle */
  int32_t exclusive;           /* 1: a sum is without the value at its own place */
  int32_t reverse;             /* 1: from the last value to the first */
$FOR *_s8
  int32_t input_offset, input_multiplier, input_shift;
  int32_t output_offset, output_multiplier, output_shift;
$ALL
} arenite_$KERNEL_t;

/* The output may lie exactly on the input. */
void arenite_$KERNEL(const arenite_$KERNEL_t *layer, const $ELEMENT *input, $ELEMENT *output);
