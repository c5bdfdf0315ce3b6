/* TANH of int16 values. */

#include <stdint.h>

/* Inputs are multiplied and shifted right, so that a step of the table, which is one of the sigmoid of 2 x, is 256.
 * `table` [256] has 1 / (1 + exp(-x / 24)) * 2^16 for x = 0 .. 255. The output's scale is 1/32768. It may lie exactly
 * on the input. */
void arenite_tanh_s16(const uint16_t *table, int32_t multiplier, int32_t shift, int32_t count, const int16_t *input,
                      int16_t *output);
