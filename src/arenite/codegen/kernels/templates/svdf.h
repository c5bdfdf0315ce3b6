/* SVDF of int8 values with a state of $VALUES values. */

#include <stdint.h>

typedef struct {
  int32_t depth, units, rank, memory;
  const int8_t *features; /* [units][rank][depth] */
  const $ELEMENT *times; /* [units][rank][memory] */
  const int32_t *bias; /* [units] */
  int32_t input_offset, state_multiplier, state_shift, state_offset;
  int32_t output_multiplier, output_shift, output_offset;
} arenite_$KERNEL_t;

/* The whole input is read before the output is written. The state is [batches][units][rank][memory] and kept between
 * calls. */
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t batches, const int8_t *input, $ELEMENT *state, int8_t *output);
