/* FULLY_CONNECTED by CMSIS-NN, int16 values, int8 weights with one scale. */

#include <stdint.h>

typedef struct {
  int32_t depth, units;
  const int8_t *weights; /* [units][depth] */
  const int64_t *bias;   /* [units] */
  int32_t multiplier, shift, lowest, highest;
} arenite_cmsis_fully_connected_s16_t;

/* Walks the rows of the input, all units of a row before the next. */
int arenite_cmsis_fully_connected_s16(const arenite_cmsis_fully_connected_s16_t *layer, int32_t rows,
                                      const int16_t *input, int16_t *output);
