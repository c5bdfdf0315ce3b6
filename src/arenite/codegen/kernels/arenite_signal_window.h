/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* SignalWindow on int16 values. */
#ifndef ARENITE_SIGNAL_WINDOW_H
#define ARENITE_SIGNAL_WINDOW_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* Walks from the first value to the last. */
void arenite_signal_window(const int16_t *weights, int32_t length, int32_t shift, int32_t rows, const int16_t *input,
                           int16_t *output);
#ifdef __cplusplus
}
#endif

#endif
