/* AVERAGE_POOL_2D of $VALUES values from the sums over all strips. */

#include <stdint.h>

/* Walks from the first channel to the last; each sum is divided by the number of pixels, to nearest. */
void arenite_$KERNEL(int32_t pixels, int32_t lowest, int32_t highest, int32_t channels, const int32_t *sums,
                     $ELEMENT *output);
