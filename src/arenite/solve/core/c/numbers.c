/* SPDX-License-Identifier: Apache-2.0 */
#include "numbers.h"

#include <stdlib.h>
#include <string.h>

static bool allocate(numbers *result, Py_ssize_t count) {
  /* malloc(0) may return NULL, which would look like a failure. */
  result->at = malloc(sizeof(int64_t) * (size_t)(count > 0 ? count : 1));
  result->count = count;
  if (result->at == NULL) {
    result->count = 0;
    PyErr_NoMemory();
    return false;
  }
  return true;
}

bool numbers_read(numbers *result, PyObject *bytes) {
  char *content;
  Py_ssize_t length;
  if (PyBytes_AsStringAndSize(bytes, &content, &length) < 0) {
    return false;
  }
  if (length % (Py_ssize_t)sizeof(int64_t) != 0) {
    PyErr_SetString(PyExc_ValueError, "bytes that are no list of int64");
    return false;
  }
  if (!allocate(result, length / (Py_ssize_t)sizeof(int64_t))) {
    return false;
  }
  memcpy(result->at, content, (size_t)length);
  return true;
}

bool numbers_filled(numbers *result, Py_ssize_t count, int64_t value) {
  if (!allocate(result, count)) {
    return false;
  }
  for (Py_ssize_t i = 0; i < count; i++) {
    result->at[i] = value;
  }
  return true;
}

PyObject *numbers_write(const numbers *from) {
  return PyBytes_FromStringAndSize((const char *)from->at, from->count * (Py_ssize_t)sizeof(int64_t));
}

void numbers_free(numbers *each) {
  free(each->at);
  each->at = NULL;
  each->count = 0;
}

bool numbers_within(const numbers *each, int64_t low, int64_t high) {
  for (Py_ssize_t i = 0; i < each->count; i++) {
    if (each->at[i] < low || each->at[i] >= high) {
      PyErr_SetString(PyExc_ValueError, "a number in a table for the compiled core is out of range");
      return false;
    }
  }
  return true;
}

bool numbers_partition(const numbers *starts, Py_ssize_t count, Py_ssize_t total) {
  bool right = starts->count == count + 1 && starts->at[0] == 0 && starts->at[count] == total;
  for (Py_ssize_t i = 0; right && i < count; i++) {
    right = starts->at[i] <= starts->at[i + 1];
  }
  if (!right) {
    PyErr_SetString(PyExc_ValueError, "the lists in a table for the compiled core do not follow each other");
  }
  return right;
}
