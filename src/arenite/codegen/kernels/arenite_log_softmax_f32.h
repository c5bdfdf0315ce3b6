/* LOG_SOFTMAX of float values along the last dimension. */

#include <stdint.h>

/* The output may lie exactly on the input. */
void arenite_log_softmax_f32(int32_t depth, int32_t rows, const float *input, float *output);
