/* MUL of int8 values of one shape by CMSIS-NN. */

#include <stdint.h>

typedef struct {
  int32_t count;
  int32_t first_offset, second_offset;
  int32_t output_offset, output_multiplier, output_shift;
  int32_t lowest, highest;
} arenite_cmsis_multiply_s8_t;

/* The output may lie exactly on an input. */
int arenite_cmsis_multiply_s8(const arenite_cmsis_multiply_s8_t *layer, const int8_t *first, const int8_t *second,
                              int8_t *output);
