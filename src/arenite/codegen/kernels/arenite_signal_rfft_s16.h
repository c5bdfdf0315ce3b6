/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* SignalRfft of int16 values: the spectrum of real values, each step of which halves or quarters them. */
#ifndef ARENITE_SIGNAL_RFFT_S16_H
#define ARENITE_SIGNAL_RFFT_S16_H

#include <stdint.h>

typedef struct {
  int32_t length;            /* of the input */
  int32_t size;              /* half the length of the transform, a power of two from 2 on */
  int32_t last;              /* 2 where the size is no power of four, else 4 */
  const int16_t *turns;      /* [size] complex numbers on the unit circle, times 32767 */
  const int16_t *half_turns; /* [size / 2] */
} arenite_signal_rfft_s16_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Output and input have no common byte. The values are complex, the real part first; what the input lacks is 0. */
void arenite_signal_rfft_s16(const arenite_signal_rfft_s16_t *layer, int32_t rows, const int16_t *input,
                             int16_t *output);
#ifdef __cplusplus
}
#endif

#endif
