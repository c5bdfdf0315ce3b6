#include "arenite_$KERNEL.h"

$FOR *_s8
#include "arenite_fixed.h"

#define SHIFT 20 /* bits that values gain before they are added */

/* A value less its zero point, scaled by a half after a shift. */
static int32_t widened(const arenite_$KERNEL_t *layer, int32_t value) {
  return arenite_scale(value * (1 << SHIFT), layer->input_multiplier, layer->input_shift);
}

$ALL
void arenite_$KERNEL(const arenite_$KERNEL_t *layer, const $ELEMENT *input, $ELEMENT *output) {
  for (int32_t line = 0; line < layer->outer * layer->inner; line++) {
    const int32_t first = line / layer->inner * layer->depth * layer->inner + line % layer->inner;
$FOR *_f32
    float sum = 0.0f;
$FOR *_s8
    int32_t sum = widened(layer, layer->input_offset); /* so does the reference kernel begin, not with 0 */
$ALL
    for (int32_t i = 0; i < layer->depth; i++) {
      const int32_t at = first + (layer->reverse ? layer->depth - 1 - i : i) * layer->inner;
$FOR *_f32
      const float next = sum + input[at];
      output[at] = layer->exclusive ? sum : next;
$FOR *_s8
      const int32_t next = arenite_plus(sum, widened(layer, input[at] + layer->input_offset));
      const int32_t scaled =
          arenite_scale(layer->exclusive ? sum : next, layer->output_multiplier, layer->output_shift);
      output[at] = (int8_t)arenite_clamp(arenite_plus(scaled, layer->output_offset), -128, 127);
$ALL
      sum = next;
    }
  }
}
