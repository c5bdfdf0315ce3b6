/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* Sums of $VALUES values over strips, for MEAN and AVERAGE_POOL_2D. */
#ifndef ARENITE_$CAPITALS_H
#define ARENITE_$CAPITALS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* Adds each channel of all pixels to the sum of the channel, modulo 2^32. */
void arenite_$KERNEL(int32_t pixels, int32_t channels, const $ELEMENT *input, int32_t *sums);
#ifdef __cplusplus
}
#endif

#endif
