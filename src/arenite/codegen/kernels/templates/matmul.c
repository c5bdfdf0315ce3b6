#include "arenite_$KERNEL.h"

$FOR *_s8 *_s16
#include "arenite_fixed.h"

$ALL
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, const $ELEMENT *first, const $ELEMENT *second, $ELEMENT *output) {
  for (int32_t row = 0; row < layer->rows; row++) {
    for (int32_t column = 0; column < layer->columns; column++) {
      const $ELEMENT *a = first + row * layer->first_row;
      const $ELEMENT *b = second + column * layer->second_column;
$FOR *_f32
      float sum = 0.0f;
$FOR *_s8 *_s16
      $WIDE sum = 0;
$ALL
      for (int32_t i = 0; i < layer->depth; i++) {
$FOR *_f32
        sum += *a * *b;
$FOR *_s16
        sum += (int64_t)(*a + layer->first_offset) * (*b + layer->second_offset);
$FOR *_s8
        sum = arenite_plus(sum, (*a + layer->first_offset) * (*b + layer->second_offset));
$ALL
        a += layer->first_step;
        b += layer->second_step;
      }
$FOR *_f32
      *output++ = sum;
$FOR *_s16
      const int32_t scaled = arenite_scale_wide(sum, layer->output_multiplier, layer->output_shift);
$FOR *_s8
      const int32_t scaled = arenite_scale(sum, layer->output_multiplier, layer->output_shift);
$FOR *_s8 *_s16
      *output++ = ($ELEMENT)arenite_clamp(arenite_plus(scaled, layer->output_offset), layer->lowest, layer->highest);
$ALL
    }
  }
}
