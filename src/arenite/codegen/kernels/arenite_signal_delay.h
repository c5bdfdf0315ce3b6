/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* SignalDelay: samples come out a number of samples later. */
#ifndef ARENITE_SIGNAL_DELAY_H
#define ARENITE_SIGNAL_DELAY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* `held` [rows][delay] is kept from one call to the next. Nothing lies on anything else. */
void arenite_signal_delay(int32_t rows, int32_t length, int32_t delay, const int16_t *input, int16_t *held,
                          int16_t *output);
#ifdef __cplusplus
}
#endif

#endif
