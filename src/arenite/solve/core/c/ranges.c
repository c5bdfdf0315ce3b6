/* SPDX-License-Identifier: Apache-2.0 */
#include "ranges.h"

#include <stdlib.h>

bool ranges_allocate(ranges *result, Py_ssize_t most) {
  result->count = 0;
  result->at = malloc(sizeof(range) * (size_t)(most > 0 ? most : 1));
  if (result->at == NULL) {
    PyErr_NoMemory();
  }
  return result->at != NULL;
}

void ranges_free(ranges *each) {
  free(each->at);
  each->at = NULL;
}

void ranges_clear(ranges *each) { each->count = 0; }

void ranges_add(ranges *to, int64_t low, int64_t high) {
  Py_ssize_t place = to->count++;
  while (place > 0 && to->at[place - 1].low > low) {
    to->at[place] = to->at[place - 1];
    place--;
  }
  to->at[place].low = low;
  to->at[place].high = high;
}

int64_t ranges_lowest_free(const ranges *taken) {
  int64_t place = 0;
  for (Py_ssize_t i = 0; i < taken->count && taken->at[i].low < place; i++) {
    if (place < taken->at[i].high) {
      place = taken->at[i].high;
    }
  }
  return place;
}
