$FOR conv_f32
/* CONV_2D of float values. */
$FOR conv_s16
/* CONV_2D of int16 values, int8 weights with one scale per output channel or for all. */
$FOR conv_s8
/* CONV_2D, int8 weights with one scale per output channel or for all. */
$ALL

#include <stdint.h>

#include "arenite_window.h"

typedef struct {
  arenite_window_t window;
$FOR conv_f32
  int32_t filter_depth; /* input depth / groups */
  const float *weights; /* [output_depth][kernel_height][kernel_width][filter_depth] */
  const float *bias;    /* [output_depth] */
  float lowest, highest;
$FOR conv_s*
  int32_t filter_depth;      /* input depth / groups */
  const int8_t *weights;     /* [output_depth][kernel_height][kernel_width][filter_depth] */
  const $WIDE *bias;       /* [output_depth] */
  const int32_t *multiplier; /* [output_depth] */
  const int8_t *shift;       /* [output_depth] */
$FOR conv_s16
  int32_t narrow;            /* 1: sums of 32 bits, as with an int32 bias; 0: of 64 bits */
  int32_t lowest, highest;
$FOR conv_s8
  int32_t input_offset, output_offset, lowest, highest;
$ALL
} arenite_$KERNEL_t;

/* Walks output pixels row by row, all channels of a pixel before the next; while a pixel is written its whole window is
 * read. */
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t input_rows, int32_t output_rows, int32_t pad_top,
    const $ELEMENT *input, $ELEMENT *output);
