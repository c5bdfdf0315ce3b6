#include "arenite_signal_spectral_subtraction.h"

void arenite_signal_spectral_subtraction(const arenite_signal_spectral_subtraction_t *layer, const uint32_t *input,
                                         uint32_t *output, uint32_t *noise) {
  for (int32_t i = 0; i < layer->channels; i++) {
    const uint32_t fine = input[i] << layer->fine_bits;
    const uint64_t average = (uint64_t)fine * layer->share[i & 1] + (uint64_t)noise[i] * layer->kept[i & 1];
    uint32_t estimate = (uint32_t)(average >> layer->bits);
    const uint32_t least = (uint32_t)(((uint64_t)input[i] * layer->least) >> layer->bits);
    noise[i] = estimate;
    if (estimate > fine) {
      estimate = fine;
      if (layer->clamped) {
        noise[i] = fine;
      }
    }
    const uint32_t left = (fine - estimate) >> layer->fine_bits;
    output[i] = left > least ? left : least;
  }
}
