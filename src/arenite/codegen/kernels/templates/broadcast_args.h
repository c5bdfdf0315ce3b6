/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* BROADCAST_ARGS of $VALUES shapes: the shape to which both can be broadcast. */
#ifndef ARENITE_$CAPITALS_H
#define ARENITE_$CAPITALS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* `longer` has `further` dimensions before those that it shares with `shorter`. */
void arenite_$KERNEL(
    int32_t further, int32_t shared, const $ELEMENT *longer, const $ELEMENT *shorter, $ELEMENT *output);
#ifdef __cplusplus
}
#endif

#endif
