/* SPDX-License-Identifier: Apache-2.0 */
#include "tops.h"

/* Units that a layout counts as where something ends above its cap; ABOVE of solve/place/gaps.py. */
#define ABOVE ((int64_t)1 << 48)
/* Where the numbers of one end are in its part of the table, and how many they are. */
enum { PARTY, RISE, CAP, ASIDE, FIELDS };

bool tops_read(tops *result, PyObject *bytes, Py_ssize_t parties) {
  if (!numbers_read(&result->table, bytes) || !numbers_filled(&result->from, parties + 1, 0)) {
    return false;
  }
  bool right = result->table.count % FIELDS == 0;
  int64_t before = 0;
  for (Py_ssize_t i = 0; right && i < result->table.count; i += FIELDS) {
    int64_t party = result->table.at[i + PARTY];
    right = party >= before && party < parties;
    before = party;
    if (right) {
      result->from.at[party + 1] = i + FIELDS;
    }
  }
  for (Py_ssize_t party = 0; right && party < parties; party++) {
    if (result->from.at[party + 1] < result->from.at[party]) {
      result->from.at[party + 1] = result->from.at[party];
    }
  }
  if (!right) {
    PyErr_SetString(PyExc_ValueError, "the table of ends for the compiled core is wrong");
  }
  return right;
}

void tops_free(tops *each) {
  numbers_free(&each->table);
  numbers_free(&each->from);
}

static int64_t counted(const int64_t *fields, int64_t place) {
  int64_t end = place + fields[RISE];
  if (end > fields[CAP]) {
    return ABOVE + end - fields[CAP];
  }
  return fields[ASIDE] ? 0 : end;
}

int64_t tops_end(const tops *each, int64_t party, int64_t place) {
  int64_t highest = 0;
  for (int64_t i = each->from.at[party]; i < each->from.at[party + 1]; i += FIELDS) {
    int64_t end = counted(&each->table.at[i], place);
    highest = end > highest ? end : highest;
  }
  return highest;
}

int64_t tops_of(const tops *each, const numbers *places, numbers *ends) {
  int64_t height = 0;
  for (Py_ssize_t party = 0; party < ends->count; party++) {
    ends->at[party] = tops_end(each, party, places->at[party]);
    height = ends->at[party] > height ? ends->at[party] : height;
  }
  return height;
}
