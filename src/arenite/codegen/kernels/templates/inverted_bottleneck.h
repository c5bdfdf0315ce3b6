/* CONV_2D, DEPTHWISE_CONV_2D and a 1x1 CONV_2D, of which the wide tensors between them are never there as a whole:
 * computed $ORDER by $ORDER. */

#include <stdint.h>

#include "arenite_conv_s8.h"
#include "arenite_depthwise_s8.h"

typedef struct {
  arenite_conv_s8_t expansion; /* makes the wide tensor */
$FOR *_columns_s8
  /* With rows and columns exchanged, also in the weights: [kernel_width][kernel_height][depth]. The kernel sets the
   * widths and pad_left, which depend on the rows of a call. */
  arenite_depthwise_s8_t depthwise;
  int32_t columns;              /* of the depthwise convolution's output */
  int32_t pad_left;             /* of the depthwise convolution */
$FOR *_rows_s8
  arenite_depthwise_s8_t depthwise;
$ALL
  arenite_conv_s8_t projection; /* of one pixel */
} arenite_$KERNEL_t;

/* Computes `wide_rows` rows of the wide tensor from `input_rows` rows, and `output_rows` rows from those. Each
 * element is computed once. `pad_top` rows of padding are above the input, `wide_pad_top` above the wide tensor.
 * `scratch` has a pixel of the depthwise convolution's output, and as many $PLURAL of the wide tensor as one of its
 * windows spans:
$FOR *_columns_s8
 * [depth] and [columns][wide_rows][depth]. */
$FOR *_rows_s8
 * [depth] and [rows][wide_columns][depth]. What a row of the output depends on is read before it is written. */
$ALL
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t input_rows, int32_t wide_rows,
    int32_t output_rows, int32_t pad_top, int32_t wide_pad_top, const int8_t *input, void *scratch, int8_t *output);
