/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* SignalFilterBankLog: natural logarithms of values that are shifted left before. */
#ifndef ARENITE_SIGNAL_LOG_H
#define ARENITE_SIGNAL_LOG_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* The output has 2 bytes for 4 of the input. Walks from the first value to the last. */
void arenite_signal_log(const uint16_t *table, uint32_t scale, int32_t shift, int32_t length, const uint32_t *input,
                        int16_t *output);
#ifdef __cplusplus
}
#endif

#endif
