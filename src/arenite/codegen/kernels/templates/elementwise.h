/* $OPERATOR of $VALUES values$DETAIL. */

#include <stdint.h>

#include "arenite_broadcast.h"

typedef struct {
  arenite_broadcast_t shape;
$FOR add_s*
  int32_t sign; /* 1 adds, -1 subtracts the second input */
$FOR compare_*
  int32_t ways; /* the sum of those that give 1: first input less 1, equal 2, greater 4, not comparable 8 */
$FOR compare_s8
  int32_t first_offset, first_multiplier, first_shift;
  int32_t second_offset, second_multiplier, second_shift;
$FOR add_s8 add_s16 squared_difference_s8 squared_difference_s16
  int32_t first_offset, first_multiplier, first_shift;
  int32_t second_offset, second_multiplier, second_shift;
  int32_t output_offset, output_multiplier, output_shift;
$FOR divide_s8 multiply_s8 multiply_s16
  int32_t first_offset, second_offset, output_offset, output_multiplier, output_shift;
$FOR prelu_s*
  int32_t input_offset, slope_offset, output_offset;
  int32_t positive_multiplier, positive_shift, negative_multiplier, negative_shift;
$FOR add_* divide_* multiply_* subtract_*
  $SUM lowest, highest;
$ALL
} arenite_$KERNEL_t;

$FOR compare_*
/* The output may begin where an input begins that does not repeat. */
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, const $ELEMENT *first, const $ELEMENT *second, uint8_t *output);
$FOR divide_s8
/* The output may lie exactly on an input that does not repeat. What is divided by 0 becomes the zero point. */
$FOR divide_s32
/* The output may lie exactly on an input that does not repeat. What is divided by 0 becomes 0. */
$FOR add_* divide_f32 floor_* logical_* maximum_* minimum_* multiply_* prelu_* squared_difference_* subtract_*
/* The output may lie exactly on an input that does not repeat. */
$FOR add_* divide_* floor_* logical_* maximum_* minimum_* multiply_* prelu_* squared_difference_* subtract_*
void arenite_$KERNEL(
    const arenite_$KERNEL_t *layer, const $ELEMENT *first, const $ELEMENT *second, $ELEMENT *output);
$ALL
