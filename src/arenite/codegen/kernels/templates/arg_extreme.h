/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* $OPERATOR of $VALUES values$NOTE: the first position of the $BEST. */
#ifndef ARENITE_$CAPITALS_H
#define ARENITE_$CAPITALS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* `length` values, `inner` elements apart, for each of `outer` * `inner` results. */
void arenite_$KERNEL(
    int32_t outer, int32_t length, int32_t inner, const $ELEMENT *input, $INDEX *output);
#ifdef __cplusplus
}
#endif

#endif
