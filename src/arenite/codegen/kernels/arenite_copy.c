#include "arenite_copy.h"

#include <stddef.h>
#include <string.h>

static void copy_run(const uint8_t *from, uint8_t *to, int32_t run) {
  if (run < 8) { /* a call costs more than this */
    for (int32_t i = 0; i < run; i++) {
      to[i] = from[i];
    }
  } else {
    memmove(to, from, (size_t)run);
  }
}

void arenite_copy(const arenite_copy_t *shape, const void *input, void *output) {
  const int32_t last = ARENITE_COPY_RANK - 1;
  int32_t index[ARENITE_COPY_RANK] = {0};
  const uint8_t *from = (const uint8_t *)input;
  uint8_t *to = (uint8_t *)output;
  for (;;) {
    for (int32_t i = 0; i < shape->count[last]; i++) {
      copy_run(from + i * shape->input_step[last], to + i * shape->output_step[last], shape->run);
    }
    int32_t axis = last - 1;
    while (axis >= 0 && ++index[axis] == shape->count[axis]) {
      from -= (shape->count[axis] - 1) * shape->input_step[axis];
      to -= (shape->count[axis] - 1) * shape->output_step[axis];
      index[axis] = 0;
      axis--;
    }
    if (axis < 0) {
      return;
    }
    from += shape->input_step[axis];
    to += shape->output_step[axis];
  }
}
