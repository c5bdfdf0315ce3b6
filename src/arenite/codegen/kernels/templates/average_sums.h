/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* AVERAGE_POOL_2D of $VALUES values from the sums over all strips. */
#ifndef ARENITE_$CAPITALS_H
#define ARENITE_$CAPITALS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* Walks from the first channel to the last; each sum is divided by the number of pixels, to nearest. */
void arenite_$KERNEL(int32_t pixels, int32_t lowest, int32_t highest, int32_t channels, const int32_t *sums,
                     $ELEMENT *output);
#ifdef __cplusplus
}
#endif

#endif
