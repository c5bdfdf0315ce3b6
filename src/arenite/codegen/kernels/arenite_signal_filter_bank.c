#include "arenite_signal_filter_bank.h"

void arenite_signal_filter_bank(const arenite_signal_filter_bank_t *layer, const uint32_t *input, uint64_t *output) {
  uint64_t carried = 0; /* what the channel before leaves to this one */
  for (int32_t channel = 0; channel <= layer->channels; channel++) {
    const uint32_t *values = input + layer->first[channel];
    const int32_t at = layer->first_weight[channel];
    uint64_t sum = carried;
    carried = 0;
    for (int32_t i = 0; i < layer->width[channel]; i++) {
      sum += (uint64_t)(int64_t)layer->weights[at + i] * values[i];
      carried += (uint64_t)(int64_t)layer->rests[at + i] * values[i];
    }
    if (channel > 0) {
      output[channel - 1] = sum;
    }
  }
}
