/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* SignalEnergy: squares of the sizes of complex int16 values. */
#ifndef ARENITE_SIGNAL_ENERGY_H
#define ARENITE_SIGNAL_ENERGY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
/* Those from `first` to before `end`; the others are left as they are. */
void arenite_signal_energy(int32_t first, int32_t end, const int16_t *input, uint32_t *output);
#ifdef __cplusplus
}
#endif

#endif
