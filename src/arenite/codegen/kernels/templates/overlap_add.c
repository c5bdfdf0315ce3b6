#include "arenite_$KERNEL.h"

$FOR *_s16
#include "arenite_fixed.h"

$ALL
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, const $ELEMENT *input, $ELEMENT *sums, $ELEMENT *output) {
  for (int32_t row = 0; row < layer->rows; row++) {
    for (int32_t frame = 0; frame < layer->frames; frame++) {
      for (int32_t i = 0; i < layer->length; i++) {
$FOR *_s16
        const int16_t sum = (int16_t)arenite_clamp(sums[i] + input[i], $LOWEST, $HIGHEST);
$FOR *_f32
        const float sum = sums[i] + input[i];
$ALL
        if (i < layer->step) {
          output[i] = sum;
        } else {
          sums[i - layer->step] = sum;
        }
      }
      for (int32_t i = layer->length - layer->step; i < layer->length; i++) {
        sums[i] = 0;
      }
      input += layer->length;
      output += layer->step;
    }
    sums += layer->length;
  }
}
