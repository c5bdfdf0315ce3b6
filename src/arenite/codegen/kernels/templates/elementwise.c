/* SPDX-License-Identifier: Apache-2.0
 * Part of Arenite's kernels: plain C99, no allocation, no state. */
#include "arenite_$KERNEL.h"

$FOR add_s* divide_s* multiply_s* prelu_s* squared_difference_s*
#include "arenite_fixed.h"

$FOR add_s8 add_s16
/* Both inputs are brought to one scale with this many more bits. */
#define SHIFT $BITS

$FOR squared_difference_s*
#define SHIFT $BITS /* bits that both inputs gain, so that a square still fits 32 bits */

$FOR compare_*
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, const $ELEMENT *first, const $ELEMENT *second, uint8_t *output) {
$FOR add_* divide_* maximum_* minimum_* multiply_* prelu_* squared_difference_* subtract_*
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, const $ELEMENT *first, const $ELEMENT *second, $ELEMENT *output) {
$ALL
  const arenite_broadcast_t *shape = &layer->shape;
  const int32_t last = ARENITE_BROADCAST_RANK - 1;
  arenite_walk_t walk = {{0}, 0, 0};
  do {
    const $ELEMENT *a = first + walk.first;
    const $ELEMENT *b = second + walk.second;
    for (int32_t i = 0; i < shape->count[last]; i++) {
$FOR add_s8 add_s16
      const int32_t x = (*a + layer->first_offset) * (1 << SHIFT);
      const int32_t y = (*b + layer->second_offset) * (1 << SHIFT);
      const int32_t sum = arenite_scale(x, layer->first_multiplier, layer->first_shift) +
                          layer->sign * arenite_scale(y, layer->second_multiplier, layer->second_shift);
      const int32_t scaled = arenite_scale(sum, layer->output_multiplier, layer->output_shift);
      *output++ = ($ELEMENT)arenite_clamp(arenite_plus(scaled, layer->output_offset), layer->lowest, layer->highest);
$FOR add_s32
      const uint32_t sum = (uint32_t)*a + (uint32_t)layer->sign * (uint32_t)*b;
      *output++ = arenite_clamp((int32_t)sum, layer->lowest, layer->highest);
$FOR compare_*
      *output++ = (uint8_t)((layer->ways & (*a < *b ? 1 : *a == *b ? 2 : *a > *b ? 4 : 8)) != 0);
$FOR divide_s32
      const int64_t quotient = *b != 0 ? (int64_t)*a / *b : 0;
      *output++ = arenite_clamp((int32_t)quotient, layer->lowest, layer->highest);
$FOR maximum_*
      *output++ = *a > *b ? *a : *b;
$FOR minimum_*
      *output++ = *a < *b ? *a : *b;
$FOR multiply_s8 multiply_s16
      const int32_t product = arenite_times(*a + layer->first_offset, *b + layer->second_offset);
      const int32_t scaled = arenite_scale(product, layer->output_multiplier, layer->output_shift);
      *output++ = ($ELEMENT)arenite_clamp(arenite_plus(scaled, layer->output_offset), layer->lowest, layer->highest);
$FOR multiply_s32
      const uint32_t product = (uint32_t)*a * (uint32_t)*b;
      *output++ = arenite_clamp((int32_t)product, layer->lowest, layer->highest);
$FOR prelu_f32
      *output++ = *a >= 0.0f ? *a : *a * *b;
$FOR prelu_s8
      const int32_t x = *a + layer->input_offset;
      const int32_t y =
          x >= 0 ? arenite_scale(x, layer->positive_multiplier, layer->positive_shift)
                 : arenite_scale(x * (*b + layer->slope_offset), layer->negative_multiplier, layer->negative_shift);
      *output++ = (int8_t)arenite_clamp(arenite_plus(y, layer->output_offset), -128, 127);
$FOR squared_difference_f32
      const float difference = *a - *b;
      *output++ = difference * difference;
$FOR squared_difference_s*
      const int32_t x = (*a + layer->first_offset) * (1 << SHIFT);
      const int32_t y = (*b + layer->second_offset) * (1 << SHIFT);
      const int32_t difference = arenite_scale(x, layer->first_multiplier, layer->first_shift) -
                                 arenite_scale(y, layer->second_multiplier, layer->second_shift);
      const int32_t square = arenite_times(difference, difference);
      const int32_t scaled = arenite_scale(square, layer->output_multiplier, layer->output_shift);
      *output++ = ($ELEMENT)arenite_clamp(arenite_plus(scaled, layer->output_offset), $LOWEST, $HIGHEST);
$FOR add_f32
      const float value = *a + *b;
$FOR divide_f32
      const float value = *a / *b;
$FOR multiply_f32
      const float value = *a * *b;
$FOR subtract_f32
      const float value = *a - *b;
$FOR add_f32 divide_f32 multiply_f32 subtract_f32
      const float above = value < layer->lowest ? layer->lowest : value;
      *output++ = above > layer->highest ? layer->highest : above;
$ALL
      a += shape->first[last];
      b += shape->second[last];
    }
  } while (arenite_walk_next(shape, &walk));
}
