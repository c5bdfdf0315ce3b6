#include "arenite_fully_connected_f32_s8.h"

#include "arenite_fixed.h"
#include "arenite_round.h"

/* x as one of -127 .. 127, to nearest, ties away from zero. */
static int32_t quantized(float x, float inverse) {
  return arenite_clamp(arenite_round(x * inverse), -127, 127);
}

void arenite_fully_connected_f32_s8(const arenite_fully_connected_f32_s8_t *layer, int32_t rows, const float *input,
                                    float *output) {
  for (int32_t row = 0; row < rows; row++) {
    float largest = 0.0f;
    for (int32_t i = 0; i < layer->depth; i++) {
      const float size = input[i] < 0.0f ? -input[i] : input[i];
      largest = size > largest ? size : largest;
    }
    const float inverse = largest > 0.0f ? 127.0f / largest : 0.0f;
    const float scale = largest > 0.0f ? largest / 127.0f : 1.0f;
    for (int32_t unit = 0; unit < layer->units; unit += 4) {
      const int8_t *weights = layer->weights + unit * layer->depth;
      const int32_t count = layer->units - unit < 4 ? layer->units - unit : 4;
      int32_t sums[4] = {0, 0, 0, 0};
      for (int32_t i = 0; i < layer->depth; i++) {
        const int32_t value = quantized(input[i], inverse);
        for (int32_t k = 0; k < count; k++) {
          sums[k] += value * weights[k * layer->depth + i];
        }
      }
      for (int32_t k = 0; k < count; k++) {
        const float factor = scale * layer->scale[layer->per_unit ? unit + k : 0];
        const float value = (float)sums[k] * factor + layer->bias[unit + k];
        const float above = value < layer->lowest ? layer->lowest : value;
        *output++ = above > layer->highest ? layer->highest : above;
      }
    }
    input += layer->depth;
  }
}
