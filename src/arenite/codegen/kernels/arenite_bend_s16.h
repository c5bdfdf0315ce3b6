/* ABS, LEAKY_RELU, RELU and RELU6 of int16 values: a line that bends at 0. */

#include <stdint.h>

typedef struct {
  int32_t above_multiplier, above_shift;
  int32_t below_multiplier, below_shift;
  int32_t sign_before, sign_after; /* 1 or -1: factors before and after values below 0 are scaled */
  int32_t lowest, highest;
} arenite_bend_s16_t;

/* The output may lie exactly on the input. */
void arenite_bend_s16(const arenite_bend_s16_t *layer, int32_t length, const int16_t *input, int16_t *output);
