/* Sums of $VALUES values over strips, for MEAN and AVERAGE_POOL_2D. */

#include <stdint.h>

/* Adds each channel of all pixels to the sum of the channel, modulo 2^32. */
void arenite_$KERNEL(int32_t pixels, int32_t channels, const $ELEMENT *input, int32_t *sums);
