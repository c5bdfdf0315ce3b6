/* L2_NORMALIZATION of int8 values along the last dimension. */

#include <stdint.h>

/* The output may lie exactly on the input. */
void arenite_normalize_s8(int32_t input_offset, int32_t depth, int32_t rows, const int8_t *input, int8_t *output);
