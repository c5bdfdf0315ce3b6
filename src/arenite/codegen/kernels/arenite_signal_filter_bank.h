/* SignalFilterBank: energies of channels, each of which shares its frequencies with the next one. */

#include <stdint.h>

typedef struct {
  int32_t channels;
  const int16_t *weights, *rests; /* of each frequency: for its channel, and for the next */
  const int16_t *first;           /* [channels + 1] frequency, the first of which gives to channel 0 only */
  const int16_t *first_weight;    /* [channels + 1] */
  const int16_t *width;           /* [channels + 1] frequencies */
} arenite_signal_filter_bank_t;

/* Output and input have no common byte. */
void arenite_signal_filter_bank(const arenite_signal_filter_bank_t *layer, const uint32_t *input, uint64_t *output);
