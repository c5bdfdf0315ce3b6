/* ADD_N of two to four inputs of int8 that have one scale and one zero point. */

#include <stdint.h>

typedef struct {
  int32_t length;
  int32_t inputs;       /* how many are added; further pointers are not read */
  int32_t input_offset; /* of the whole sum */
  int32_t output_offset, output_multiplier, output_shift;
} arenite_add_many_s8_t;

/* The output may lie exactly on an input. */
void arenite_add_many_s8(const arenite_add_many_s8_t *layer, const int8_t *first, const int8_t *second,
                         const int8_t *third, const int8_t *fourth, int8_t *output);
