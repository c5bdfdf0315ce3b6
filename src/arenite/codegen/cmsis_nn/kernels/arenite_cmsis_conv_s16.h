/* CONV_2D by CMSIS-NN, int16 values, int8 weights with one scale per output channel or for all. */

#include <stdint.h>

#include "arenite_window.h"

typedef struct {
  arenite_window_t window;
  const int8_t *weights;     /* [output_depth][kernel_height][kernel_width][input_depth] */
  const int64_t *bias;       /* [output_depth] */
  const int32_t *multiplier; /* [output_depth] */
  const int32_t *shift;      /* [output_depth] */
  int32_t lowest, highest;
  int32_t scratch_bytes;
} arenite_cmsis_conv_s16_t;

/* Rows and padding as `arenite_window.h` has them; `scratch` has `scratch_bytes`, aligned to 16. */
int arenite_cmsis_conv_s16(const arenite_cmsis_conv_s16_t *layer, int32_t input_rows, int32_t output_rows,
                           int32_t pad_top, const int16_t *input, int16_t *output, void *scratch);
