/* SPDX-License-Identifier: Apache-2.0 */
#include "tops.h"

/* Units that a layout counts as where something ends above its cap; ABOVE of solve/place/gaps.py. */
#define ABOVE ((int64_t)1 << 48)
/* Where the numbers of one end are in its part of the table, and how many they are. */
enum { PARTY, RISE, CAP, ASIDE, FIELDS };

bool tops_read(tops *result, PyObject *bytes, Py_ssize_t parties) {
  if (!numbers_read(&result->table, bytes)) {
    return false;
  }
  bool right = result->table.count % FIELDS == 0;
  for (Py_ssize_t i = 0; right && i < result->table.count; i += FIELDS) {
    right = result->table.at[i + PARTY] >= 0 && result->table.at[i + PARTY] < parties;
  }
  if (!right) {
    PyErr_SetString(PyExc_ValueError, "the table of ends for the compiled core is wrong");
  }
  return right;
}

void tops_free(tops *each) { numbers_free(&each->table); }

static int64_t counted(const int64_t *fields, int64_t place) {
  int64_t end = place + fields[RISE];
  if (end > fields[CAP]) {
    return ABOVE + end - fields[CAP];
  }
  return fields[ASIDE] ? 0 : end;
}

int64_t tops_of(const tops *each, const numbers *places, numbers *ends) {
  int64_t height = 0;
  for (Py_ssize_t party = 0; party < ends->count; party++) {
    ends->at[party] = 0;
  }
  for (Py_ssize_t i = 0; i < each->table.count; i += FIELDS) {
    const int64_t *fields = &each->table.at[i];
    int64_t party = fields[PARTY];
    int64_t end = counted(fields, places->at[party]);
    if (end > ends->at[party]) {
      ends->at[party] = end;
    }
    if (end > height) {
      height = end;
    }
  }
  return height;
}
