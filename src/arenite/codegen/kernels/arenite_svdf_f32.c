#include "arenite_svdf_f32.h"

#include "arenite_dot_f32.h"

static void remember(const arenite_svdf_f32_t *layer, const float *input, float *state) {
  const float *weights = layer->features;
  for (int32_t filter = 0; filter < layer->units * layer->rank; filter++) {
    for (int32_t i = 1; i < layer->memory; i++) {
      state[i - 1] = state[i];
    }
    state[layer->memory - 1] = arenite_dot_f32(input, weights, layer->depth, 0.0f);
    weights += layer->depth;
    state += layer->memory;
  }
}

void arenite_svdf_f32(const arenite_svdf_f32_t *layer, int32_t batches, const float *input, float *state,
                      float *output) {
  const int32_t values = layer->rank * layer->memory;
  for (int32_t batch = 0; batch < batches; batch++) {
    remember(layer, input + batch * layer->depth, state + batch * layer->units * values);
  }
  for (int32_t batch = 0; batch < batches; batch++) {
    for (int32_t unit = 0; unit < layer->units; unit++) {
      const float sum = arenite_dot_f32(state, layer->times + unit * values, values, layer->bias[unit]);
      const float above = sum < layer->lowest ? layer->lowest : sum;
      *output++ = above > layer->highest ? layer->highest : above;
      state += values;
    }
  }
}
