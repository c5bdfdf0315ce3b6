/* TRANSPOSE_CONV of $VALUES values. */

#include <stdint.h>

#include "arenite_window.h"

typedef struct {
  arenite_window_t window; /* the strides are those of the output; there is no dilation */
  int32_t pad_top;
$FOR *_f32
  const float *weights; /* [output_depth][kernel_height][kernel_width][input_depth] */
  const float *bias;    /* [output_depth] */
  float lowest, highest;
$FOR *_s8 *_s16
  const int8_t *weights;     /* [output_depth][kernel_height][kernel_width][input_depth] */
  const $WIDE *bias;       /* [output_depth] */
  const int32_t *multiplier; /* [output_depth] */
  const int8_t *shift;       /* [output_depth] */
$FOR *_s8
  int32_t input_offset, output_offset;
$FOR *_s8 *_s16
  int32_t lowest, highest;
$ALL
} arenite_$KERNEL_t;

/* Walks output pixels row by row; each gathers what the input scatters to it. */
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t input_rows, int32_t output_rows,
    const $ELEMENT *input, $ELEMENT *output);
