/* SOFTMAX of float values along the last dimension. */

#include <stdint.h>

/* The output may lie exactly on the input. */
void arenite_softmax_f32(int32_t depth, float beta, int32_t rows, const float *input, float *output);
