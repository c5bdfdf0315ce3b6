#include "arenite_$KERNEL.h"

#include "arenite_dot.h"
#include "arenite_fixed.h"

/* The newest value of every filter, behind its older ones. */
static void remember(const arenite_$KERNEL_t *layer, const int8_t *input, $ELEMENT *state) {
  const int8_t *weights = layer->features;
  for (int32_t filter = 0; filter < layer->units * layer->rank; filter++) {
    for (int32_t i = 1; i < layer->memory; i++) {
      state[i - 1] = state[i];
    }
    const int32_t sum = arenite_dot_s8(input, weights, layer->depth, layer->input_offset, 0);
    const int32_t scaled = arenite_scale(sum, layer->state_multiplier, layer->state_shift);
    state[layer->memory - 1] = ($ELEMENT)(layer->state_offset + arenite_clamp(scaled, $LOWEST, $HIGHEST));
    weights += layer->depth;
    state += layer->memory;
  }
}

void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t batches, const int8_t *input, $ELEMENT *state, int8_t *output) {
  const int32_t values = layer->units * layer->rank * layer->memory;
  for (int32_t batch = 0; batch < batches; batch++) {
    remember(layer, input + batch * layer->depth, state + batch * values);
  }
  for (int32_t batch = 0; batch < batches; batch++) {
    const $ELEMENT *weights = layer->times;
    for (int32_t unit = 0; unit < layer->units; unit++) {
      int32_t sum = layer->bias[unit];
      for (int32_t i = 0; i < layer->rank * layer->memory; i++) {
        sum = arenite_plus(sum, arenite_times(*weights++, *state++ - layer->state_offset));
      }
      const int32_t scaled = arenite_scale(sum, layer->output_multiplier, layer->output_shift);
      *output++ = (int8_t)arenite_clamp(arenite_plus(scaled, layer->output_offset), -128, 127);
    }
  }
}
