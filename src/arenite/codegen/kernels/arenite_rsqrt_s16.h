/* RSQRT of int16 values. */

#include <stdint.h>

/* 1 / sqrt(input) times a real factor; what is not above 0 gives the largest value. The output may lie exactly on the
 * input. */
void arenite_rsqrt_s16(int32_t multiplier, int32_t shift, int32_t length, const int16_t *input, int16_t *output);
