/* CONV_2D by CMSIS-NN, int8 weights with one scale per output channel or for all. */

#include <stdint.h>

#include "arenite_window.h"

typedef struct {
  arenite_window_t window;
  int32_t filter_depth;      /* input depth / groups */
  int32_t rows_at_once;      /* output rows that one call of CMSIS-NN makes; 0: all. Only for 1x1 with stride 1 */
  const int8_t *weights;     /* [output_depth][kernel_height][kernel_width][filter_depth] */
  const int32_t *bias;       /* [output_depth] */
  const int32_t *multiplier; /* [output_depth] */
  const int32_t *shift;      /* [output_depth] */
  int32_t input_offset, output_offset, lowest, highest;
  int32_t scratch_bytes;
} arenite_cmsis_conv_s8_t;

/* Rows and padding as `arenite_window.h` has them; `scratch` has `scratch_bytes`, aligned to 16. */
int arenite_cmsis_conv_s8(const arenite_cmsis_conv_s8_t *layer, int32_t input_rows, int32_t output_rows,
                          int32_t pad_top, const int8_t *input, int8_t *output, void *scratch);
