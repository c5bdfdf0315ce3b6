#include "arenite_$KERNEL.h"

$FOR mean_s*
#include "arenite_fixed.h"

$FOR mean_*
static $SUM reduce_at(const arenite_reduce_t *shape, const $ELEMENT *input) {
$FOR reduce_*
static $ELEMENT reduce_at(const arenite_reduce_t *shape, const $ELEMENT *input) {
  $ELEMENT value = *input;
$FOR mean_f32
  float value = 0.0f;
$FOR mean_s*
  int32_t value = 0;
$ALL
  for (int32_t i = 0; i < shape->reduced[0]; i++) {
    for (int32_t j = 0; j < shape->reduced[1]; j++) {
      const $ELEMENT *x = input + (i * shape->reduced_step[0] + j * shape->reduced_step[1]);
      for (int32_t k = 0; k < shape->reduced[2]; k++) {
$FOR mean_f32
        value += *x;
$FOR mean_s*
        value = arenite_plus(value, *x);
$FOR reduce_maximum_*
        value = *x > value ? *x : value;
$FOR reduce_minimum_*
        value = *x < value ? *x : value;
$ALL
        x += shape->reduced_step[2];
      }
    }
  }
  return value;
}

void arenite_$KERNEL(const arenite_$KERNEL_t *layer, const $ELEMENT *input, $ELEMENT *output) {
  const arenite_reduce_t *shape = &layer->shape;
  for (int32_t i = 0; i < shape->kept[0]; i++) {
    for (int32_t j = 0; j < shape->kept[1]; j++) {
      const $ELEMENT *x = input + (i * shape->kept_step[0] + j * shape->kept_step[1]);
      for (int32_t k = 0; k < shape->kept[2]; k++) {
$FOR mean_*
        const $SUM value = reduce_at(shape, x + k * shape->kept_step[2]);
$FOR mean_f32
        *output++ = value / layer->divisor;
$FOR mean_s*
        const int32_t scaled = arenite_scale(arenite_plus(value, layer->shift_in), layer->multiplier, layer->shift);
        *output++ = ($ELEMENT)arenite_clamp(arenite_plus(scaled, layer->output_offset), $LOWEST, $HIGHEST);
$FOR reduce_*
        *output++ = reduce_at(shape, x + k * shape->kept_step[2]);
$ALL
      }
    }
  }
}
