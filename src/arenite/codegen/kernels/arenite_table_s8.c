#include "arenite_table_s8.h"

void arenite_table_s8(const int8_t *table, int32_t length, const int8_t *input, int8_t *output) {
  for (int32_t i = 0; i < length; i++) {
    output[i] = table[input[i] + 128];
  }
}
