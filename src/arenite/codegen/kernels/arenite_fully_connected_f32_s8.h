/* FULLY_CONNECTED of float values with int8 weights: each row is quantized on the way, symmetrically. */

#include <stdint.h>

typedef struct {
  int32_t depth, units;
  const int8_t *weights; /* [units][depth] */
  const float *bias;     /* [units] */
  const float *scale;    /* [units], or one for all: see `per_unit` */
  int32_t per_unit;      /* 1 where each unit has its own scale, 0 where the first serves all */
  float lowest, highest;
} arenite_fully_connected_f32_s8_t;

/* Walks the rows of the input, four units of a row after the other; the whole row is read for each four. */
void arenite_fully_connected_f32_s8(const arenite_fully_connected_f32_s8_t *layer, int32_t rows, const float *input,
                                    float *output);
