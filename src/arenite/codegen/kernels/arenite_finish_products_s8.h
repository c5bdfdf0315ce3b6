/* FULLY_CONNECTED of int8 values from the sums over all strips, with one scale per unit or for all. */

#include <stdint.h>

typedef struct {
  int32_t units;
  const int32_t *bias;       /* [units] */
  const int32_t *multiplier; /* [units], or one for all: see `per_unit` */
  const int8_t *shift;
  int32_t per_unit; /* 1 where each unit has its own multiplier, 0 where the first serves all */
  int32_t output_offset, lowest, highest;
} arenite_finish_products_s8_t;

/* Walks from the first unit to the last. */
void arenite_finish_products_s8(const arenite_finish_products_s8_t *layer, const int32_t *sums, int8_t *output);
