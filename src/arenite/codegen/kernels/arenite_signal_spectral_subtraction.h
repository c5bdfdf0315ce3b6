/* SignalFilterBankSpectralSubtraction: takes off the noise that a slow average of each channel tells. */

#include <stdint.h>

typedef struct {
  int32_t channels;
  uint32_t share[2], kept[2]; /* of what is new and of what was, for even and odd channels */
  uint32_t least;             /* share of a value that stays in any case */
  int32_t fine_bits, bits, clamped;
} arenite_signal_spectral_subtraction_t;

/* `noise` is kept between calls. Walks from the first channel to the last. */
void arenite_signal_spectral_subtraction(const arenite_signal_spectral_subtraction_t *layer, const uint32_t *input,
                                         uint32_t *output, uint32_t *noise);
