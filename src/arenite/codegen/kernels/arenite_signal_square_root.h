/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* SignalFilterBankSquareRoot: square roots to nearest, shifted right. */
#ifndef ARENITE_SIGNAL_SQUARE_ROOT_H
#define ARENITE_SIGNAL_SQUARE_ROOT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* Walks from the first value to the last; `bits` is read before each. */
void arenite_signal_square_root(int32_t length, const uint64_t *input, const int32_t *bits, uint32_t *output);
#ifdef __cplusplus
}
#endif

#endif
