/* Sums over strips, for FULLY_CONNECTED of int8 values: the strip's elements times their weights. */

#include <stdint.h>

typedef struct {
  int32_t depth, units;
  const int8_t *weights; /* [units][depth] */
  int32_t weight_offset, input_offset;
} arenite_add_products_s8_t;

/* Adds to the sum of each unit, modulo 2^32; `first` is the position of the strip's first value in the whole. */
void arenite_add_products_s8(const arenite_add_products_s8_t *layer, int32_t first, int32_t length,
                             const int8_t *input, int32_t *sums);
