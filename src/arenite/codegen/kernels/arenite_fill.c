#include "arenite_fill.h"

#include <stddef.h>
#include <string.h>

void arenite_fill(const void *value, int32_t width, int32_t count, void *output) {
  if (width == 1) {
    memset(output, *(const uint8_t *)value, (size_t)count);
    return;
  }
  for (int32_t i = 0; i < count; i++) {
    memcpy((uint8_t *)output + i * width, value, (size_t)width);
  }
}
