/* QUANTIZE of $SOURCE values to $VALUES with another scale. */

#include <stdint.h>

typedef struct {
  int32_t input_offset, multiplier, shift, output_offset;
} arenite_$KERNEL_t;

/* Walks from the first value to the last. */
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t length, const $SOURCE_t *input, $ELEMENT *output);
