$FOR depthwise_f32
/* DEPTHWISE_CONV_2D of float values. */
$FOR depthwise_s16
/* DEPTHWISE_CONV_2D of int16 values, int8 weights with one scale per channel or for all. */
$FOR depthwise_s8
/* DEPTHWISE_CONV_2D, int8 weights with one scale per channel or for all. */
$ALL

#include <stdint.h>

#include "arenite_window.h"

typedef struct {
$FOR depthwise_f32
  arenite_window_t window; /* output_depth is input_depth * multiplicity */
  int32_t multiplicity;    /* output channels made of each input channel */
  const float *weights;    /* [kernel_height][kernel_width][output_depth] */
  const float *bias;       /* [output_depth] */
  float lowest, highest;
$FOR depthwise_s*
  arenite_window_t window;   /* output_depth is input_depth * multiplicity */
  int32_t multiplicity;      /* output channels made of each input channel */
  const int8_t *weights;     /* [kernel_height][kernel_width][output_depth] */
  const $WIDE *bias;       /* [output_depth] */
  const int32_t *multiplier; /* [output_depth] */
  const int8_t *shift;       /* [output_depth] */
$FOR depthwise_s16
  int32_t lowest, highest;
$FOR depthwise_s8
  int32_t input_offset, output_offset, lowest, highest;
$ALL
} arenite_$KERNEL_t;

/* Walks output pixels row by row, all channels of a pixel before the next; an output channel reads its own input
 * channel only. */
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t input_rows, int32_t output_rows, int32_t pad_top,
    const $ELEMENT *input, $ELEMENT *output);
