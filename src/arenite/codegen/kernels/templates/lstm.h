/* UNIDIRECTIONAL_SEQUENCE_LSTM of $VALUES values. */

#include <stdint.h>

typedef struct {
  const $WEIGHT *weights;   /* [units][depth] */
  const $WEIGHT *recurrent; /* [units][units] */
  const $WIDE *bias;      /* [units] */
$FOR *_s8 *_s16
  int32_t multiplier, shift; /* to a scale of 2^-12 */
  int32_t recurrent_multiplier, recurrent_shift;
$ALL
} arenite_$KERNEL_gate_t;

typedef struct {
  int32_t batches, times, depth, units;
  int32_t batch_step, time_step; /* from one batch, and from one time, to the next: in rows of input and output */
  arenite_$KERNEL_gate_t forget, input, cell, output;
$FOR *_f32
  float clip; /* largest size of the cell state; 0 for any */
$FOR *_s8 *_s16
  const uint16_t *table; /* as in arenite_tanh_s16.h */
  int32_t input_offset, hidden_offset;
  int32_t forget_multiplier, forget_shift; /* forget gate times cell state, to the cell state */
  int32_t input_multiplier, input_shift;   /* input gate times cell gate, to the cell state */
  int32_t output_multiplier, output_shift; /* output gate times tanh of the cell state, to the output */
  int32_t tanh_multiplier, tanh_shift;     /* of the cell state */
  int32_t clip;                            /* largest size of the cell state; 0 for any */
$ALL
} arenite_$KERNEL_t;

/* `hidden` and `cell` [batches][units] are kept from one call to the next. Nothing lies on anything else. */
$FOR *_f32
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, const float *input, float *hidden, float *cell, float *output);
$FOR *_s8 *_s16
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, const $ELEMENT *input, $ELEMENT *hidden, int16_t *cell, $ELEMENT *output);
$ALL
