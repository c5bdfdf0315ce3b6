#include "arenite_$KERNEL.h"

#include "arenite_dot_$TYPE.h"
$FOR *_s16
#include "arenite_fixed.h"

static int32_t scale_sum(int64_t sum, int32_t multiplier, int32_t shift, int32_t narrow) {
  return narrow ? arenite_scale((int32_t)sum, multiplier, shift) : arenite_scale_wide(sum, multiplier, shift);
}
$ALL

void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, int32_t rows, const $ELEMENT *input, $ELEMENT *output) {
  for (int32_t row = 0; row < rows; row++) {
    for (int32_t unit = 0; unit < layer->units; unit++) {
      const $WIDE sum = arenite_dot_$TYPE(input, layer->weights + unit * layer->depth, layer->depth, layer->bias[unit]);
$FOR *_f32
      const float above = sum < layer->lowest ? layer->lowest : sum;
      *output++ = above > layer->highest ? layer->highest : above;
$FOR *_s16
      const int32_t scale = layer->per_unit ? unit : 0;
      const int32_t scaled = scale_sum(sum, layer->multiplier[scale], layer->shift[scale], layer->narrow);
      *output++ = (int16_t)arenite_clamp(scaled, layer->lowest, layer->highest);
$ALL
    }
    input += layer->depth;
  }
}
