/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* SignalPCAN: automatic gain by channel, from a table of pieces of parabolas. */
#ifndef ARENITE_SIGNAL_PCAN_H
#define ARENITE_SIGNAL_PCAN_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* Walks from the first value to the last. */
void arenite_signal_pcan(const int16_t *gains, int32_t shift, int32_t length, const uint32_t *input,
                         const uint32_t *noise, uint32_t *output);
#ifdef __cplusplus
}
#endif

#endif
