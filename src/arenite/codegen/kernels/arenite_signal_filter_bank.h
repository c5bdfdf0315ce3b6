/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
/* SignalFilterBank: energies of channels, each of which shares its frequencies with the next one. */
#ifndef ARENITE_SIGNAL_FILTER_BANK_H
#define ARENITE_SIGNAL_FILTER_BANK_H

#include <stdint.h>

typedef struct {
  int32_t channels;
  const int16_t *weights, *rests; /* of each frequency: for its channel, and for the next */
  const int16_t *first;           /* [channels + 1] frequency, the first of which gives to channel 0 only */
  const int16_t *first_weight;    /* [channels + 1] */
  const int16_t *width;           /* [channels + 1] frequencies */
} arenite_signal_filter_bank_t;

#ifdef __cplusplus
extern "C" {
#endif
/* Output and input have no common byte. */
void arenite_signal_filter_bank(const arenite_signal_filter_bank_t *layer, const uint32_t *input, uint64_t *output);
#ifdef __cplusplus
}
#endif

#endif
