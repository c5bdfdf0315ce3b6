/* AVERAGE_POOL_2D of int8 values by CMSIS-NN. */

#include <stdint.h>

#include "arenite_window.h"

typedef struct {
  arenite_window_t window;
  int32_t lowest, highest;
  int32_t scratch_bytes;
} arenite_cmsis_average_pool_s8_t;

/* Rows and padding as `arenite_window.h` has them; `scratch` has `scratch_bytes`, aligned to 16. */
int arenite_cmsis_average_pool_s8(const arenite_cmsis_average_pool_s8_t *layer, int32_t input_rows, int32_t output_rows,
                                  int32_t pad_top, const int8_t *input, int8_t *output, void *scratch);
