#include "arenite_signal_frames.h"

#include <stddef.h>
#include <string.h>

static size_t bytes(int32_t samples) {
  return (size_t)samples * sizeof(int16_t);
}

void arenite_signal_frames(const arenite_signal_frames_t *layer, const int16_t *input, int32_t *kept, int16_t *output,
                           uint8_t *valid) {
  const int32_t begun = *kept; /* 1 more than the samples that are kept of each row */
  int16_t *samples = (int16_t *)(void *)(kept + 1);
  *valid = 1;
  for (int32_t row = 0; row < layer->rows; row++) {
    int32_t count = begun != 0 ? begun - 1 : layer->first;
    for (int32_t piece = 0; piece < layer->pieces; piece++) {
      for (int32_t more = begun != 0 || piece != 0 ? 0 : layer->copies; more >= 0; more--) {
        memcpy(samples + count, input, bytes(layer->piece));
        count += layer->piece;
      }
      if (count >= layer->frame) {
        memcpy(output, samples, bytes(layer->frame));
        count -= layer->dropped;
        memmove(samples, samples + layer->dropped, bytes(count));
      } else {
        memset(output, 0, bytes(layer->frame));
        *valid = 0;
      }
      input += layer->piece;
      output += layer->frame;
    }
    samples += layer->room;
    *kept = count + 1;
  }
}
