/* DEQUANTIZE of $VALUES values. */

#include <stdint.h>

/* Walks from the first value to the last. */
void arenite_$KERNEL(float scale, int32_t zero_point, int32_t length, const $ELEMENT *input, float *output);
