#include "arenite_$KERNEL.h"

$FOR add_s* compare_s8 divide_s32 multiply_s* prelu_s* squared_difference_s8 squared_difference_s16
#include "arenite_fixed.h"

$FOR squared_difference_s32
#include "arenite_wrap.h"

$FOR divide_s8
#include "arenite_bits.h"
#include "arenite_reciprocal.h"

$FOR floor_*
#include "arenite_floor.h"

$FOR add_s8 add_s16
/* Both inputs are brought to one scale with this many more bits. */
#define SHIFT $BITS

$FOR compare_s8
#define SHIFT 8 /* bits that both inputs gain */

$FOR divide_s8
/* value / divisor times a real factor; the divisor is above 0. */
static int32_t quotient(int32_t value, int32_t divisor, int32_t multiplier, int32_t shift) {
  int32_t over = 0;
  const int32_t inverse = arenite_reciprocal((uint32_t)divisor, &over);
  const int32_t room = 31 - arenite_bits((uint32_t)(value < 0 ? ~value : value));
  const int32_t scaled = arenite_high_multiply(arenite_shift_left(value, room), inverse);
  const int32_t right = over + 19 + room - shift;
  const int32_t product = arenite_high_multiply(scaled, multiplier);
  if (right > 31) {
    return product < 0 ? -1 : 1; /* as the reference kernel does on Arm cores */
  }
  return arenite_divide_power(product, right);
}

$FOR squared_difference_s8 squared_difference_s16
#define SHIFT $BITS /* bits that both inputs gain, so that a square still fits 32 bits */

$FOR compare_*
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, const $ELEMENT *first, const $ELEMENT *second, uint8_t *output) {
$FOR add_* divide_* floor_* logical_* maximum_* minimum_* multiply_* prelu_* squared_difference_* subtract_*
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
$FOR compare_s8
      const int32_t x =
          arenite_scale((*a + layer->first_offset) * (1 << SHIFT), layer->first_multiplier, layer->first_shift);
      const int32_t y =
          arenite_scale((*b + layer->second_offset) * (1 << SHIFT), layer->second_multiplier, layer->second_shift);
      *output++ = (uint8_t)((layer->ways & (x < y ? 1 : x == y ? 2 : 4)) != 0);
$FOR compare_f32 compare_s32 compare_s64 compare_u8
      *output++ = (uint8_t)((layer->ways & (*a < *b ? 1 : *a == *b ? 2 : *a > *b ? 4 : 8)) != 0);
$FOR divide_s8
      const int32_t divisor = *b + layer->second_offset;
      const int32_t sign = divisor < 0 ? -1 : 1;
      const int32_t value = sign * (*a + layer->first_offset);
      const int32_t scaled =
          divisor == 0 ? 0 : quotient(value, sign * divisor, layer->output_multiplier, layer->output_shift);
      *output++ = (int8_t)arenite_clamp(arenite_plus(scaled, layer->output_offset), layer->lowest, layer->highest);
$FOR floor_divide_f32
      *output++ = (float)arenite_floor((double)*a / (double)*b);
$FOR floor_modulo_f32
      const float rest = arenite_remainder(*a, *b);
      *output++ = rest != 0.0f && (rest < 0.0f) != (*b < 0.0f) ? rest + *b : rest;
$FOR logical_and_u8
      *output++ = *a != 0 && *b != 0;
$FOR logical_or_u8
      *output++ = *a != 0 || *b != 0;
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
$FOR prelu_s*
      const int32_t x = *a + layer->input_offset;
      const int32_t y =
          x >= 0 ? arenite_scale(x, layer->positive_multiplier, layer->positive_shift)
                 : arenite_scale(x * (*b + layer->slope_offset), layer->negative_multiplier, layer->negative_shift);
      *output++ = ($ELEMENT)arenite_clamp(arenite_plus(y, layer->output_offset), $LOWEST, $HIGHEST);
$FOR squared_difference_f32
      const float difference = *a - *b;
      *output++ = difference * difference;
$FOR squared_difference_s32
      const int32_t difference = (int32_t)((uint32_t)*a - (uint32_t)*b);
      *output++ = arenite_times(difference, difference);
$FOR squared_difference_s8 squared_difference_s16
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
