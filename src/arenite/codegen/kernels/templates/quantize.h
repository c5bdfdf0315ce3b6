/* QUANTIZE of float values to $VALUES. */

#include <stdint.h>

/* To nearest, ties away from zero; what is out of range becomes the nearest end of it. */
void arenite_$KERNEL(float scale, int32_t zero_point, int32_t length, const float *input, $ELEMENT *output);
