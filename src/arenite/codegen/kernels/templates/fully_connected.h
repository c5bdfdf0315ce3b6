$FOR *_f32
/* FULLY_CONNECTED of float values. */
$FOR *_s16
/* FULLY_CONNECTED of int16 values, int8 weights with one scale per unit or for all. */
$FOR *_s8
/* FULLY_CONNECTED, int8 weights with one scale per unit or for all. */
$ALL

#include <stdint.h>

typedef struct {
  int32_t depth, units;
$FOR *_f32
  const float *weights; /* [units][depth] */
  const float *bias;    /* [units] */
  float lowest, highest;
$FOR *_s8 *_s16
  const int8_t *weights;     /* [units][depth] */
  const $WIDE *bias;       /* [units] */
  const int32_t *multiplier; /* [units], or one for all: see `per_unit` */
  const int8_t *shift;
  int32_t per_unit; /* 1 where each unit has its own multiplier, 0 where the first serves all */
$FOR *_s16
  int32_t narrow;   /* 1: sums of 32 bits, as with an int32 bias; 0: of 64 bits */
  int32_t lowest, highest;
$FOR *_s8
  int32_t weight_offset, input_offset, output_offset, lowest, highest;
$ALL
} arenite_$KERNEL_t;

/* Walks the rows of the input, all units of a row before the next. */
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t rows, const $ELEMENT *input, $ELEMENT *output);
