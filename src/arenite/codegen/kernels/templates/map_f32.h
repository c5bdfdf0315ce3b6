/* $OPERATOR of float values. */

#include <stdint.h>

/* The output may lie exactly on the input. */
void arenite_$KERNEL(${OPTIONS}int32_t length, const float *input, float *output);
