/* FULLY_CONNECTED by CMSIS-NN, int8 weights with one scale per unit or for all. */

#include <stdint.h>

typedef struct {
  int32_t depth, units;
  const int8_t *weights;     /* [units][depth] */
  const int32_t *bias;       /* [units] */
  const int32_t *multiplier; /* [units], or one for all: see `per_unit` */
  const int32_t *shift;
  int32_t per_unit; /* 1 where each unit has its own multiplier, 0 where the first serves all */
  int32_t weight_offset, input_offset, output_offset, lowest, highest;
  const int32_t
      *sums; /* [units]: bias + input offset * sum of (weight + weight offset); NULL on cores without vectors */
} arenite_cmsis_fully_connected_s8_t;

/* Walks the rows of the input, all units of a row before the next. */
int arenite_cmsis_fully_connected_s8(const arenite_cmsis_fully_connected_s8_t *layer, int32_t rows, const int8_t *input,
                                     int8_t *output);
