#include "arenite_cast.h"

/* Kinds: 1, 2, 4 and 8 are signed integers of so many bytes, their negatives unsigned ones, 0 float, 16 bool. */
static int64_t integer_at(int32_t kind, const void *values, int32_t i) {
  switch (kind) {
    case 1:
      return ((const int8_t *)values)[i];
    case 2:
      return ((const int16_t *)values)[i];
    case 4:
      return ((const int32_t *)values)[i];
    case -1:
      return ((const uint8_t *)values)[i];
    case -2:
      return ((const uint16_t *)values)[i];
    case -4:
      return ((const uint32_t *)values)[i];
    case 16:
      return ((const uint8_t *)values)[i] != 0;
    default:
      return ((const int64_t *)values)[i];
  }
}

/* Towards zero; what int64 cannot hold becomes its nearest value, and what is no number 0. */
static int64_t truncated(float value) {
  if (value >= 9223372036854775808.0f) {
    return INT64_MAX;
  }
  if (value >= -9223372036854775808.0f) {
    return (int64_t)value;
  }
  return value < 0.0f ? INT64_MIN : 0;
}

static void put_integer(int32_t kind, void *values, int32_t i, int64_t value) {
  switch (kind) {
    case 1:
    case -1:
      ((uint8_t *)values)[i] = (uint8_t)value;
      break;
    case 2:
    case -2:
      ((uint16_t *)values)[i] = (uint16_t)value;
      break;
    case 4:
    case -4:
      ((uint32_t *)values)[i] = (uint32_t)value;
      break;
    case 16:
      ((uint8_t *)values)[i] = value != 0;
      break;
    default:
      ((int64_t *)values)[i] = value;
      break;
  }
}

void arenite_cast(int32_t from, int32_t to, int32_t length, const void *input, void *output) {
  for (int32_t i = 0; i < length; i++) {
    if (from == 0) {
      const float value = ((const float *)input)[i];
      if (to == 0) {
        ((float *)output)[i] = value;
      } else if (to == 16) {
        put_integer(to, output, i, value != 0.0f);
      } else {
        put_integer(to, output, i, truncated(value));
      }
    } else {
      const int64_t value = integer_at(from, input, i);
      if (to == 0) {
        ((float *)output)[i] = (float)value;
      } else {
        put_integer(to, output, i, value);
      }
    }
  }
}
