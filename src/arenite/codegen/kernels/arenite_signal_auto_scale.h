/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* SignalFftAutoScale: values shifted left until the largest one fills 15 bits. */
#ifndef ARENITE_SIGNAL_AUTO_SCALE_H
#define ARENITE_SIGNAL_AUTO_SCALE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* `bits` is by how many bits they were shifted. All values are read before the first is written. */
void arenite_signal_auto_scale(int32_t length, const int16_t *input, int16_t *output, int32_t *bits);
#ifdef __cplusplus
}
#endif

#endif
