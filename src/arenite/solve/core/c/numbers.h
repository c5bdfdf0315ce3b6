/* SPDX-License-Identifier: Apache-2.0
 * Lists of whole numbers as they cross from Python to C and back: `bytes` that hold int64 as the machine does. */
#ifndef ARENITE_CORE_NUMBERS_H
#define ARENITE_CORE_NUMBERS_H

/* The oldest Python whose stable interface is used: one build runs on it and on every later one. CMake says it too. */
#ifndef Py_LIMITED_API
#define Py_LIMITED_API 0x030A0000
#endif
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdbool.h>
#include <stdint.h>

/* Its own copy of `count` numbers; `at` is NULL as long as it holds none. */
typedef struct {
  int64_t *at;
  Py_ssize_t count;
} numbers;

/* Copies the numbers out of `bytes`. False, with an exception set, where its length is not a multiple of eight bytes or
 * memory ran out. */
bool numbers_read(numbers *result, PyObject *bytes);

/* Room for `count` numbers, all of them `value`. False, with an exception set, where memory ran out. */
bool numbers_filled(numbers *result, Py_ssize_t count, int64_t value);

/* New `bytes` with the same numbers; NULL, with an exception set, where memory ran out. */
PyObject *numbers_write(const numbers *from);

void numbers_free(numbers *each);

/* Whether all of them are at least `low` and below `high`; sets ValueError where they are not. */
bool numbers_within(const numbers *each, int64_t low, int64_t high);

/* Whether there are `count` lists in a row: `starts` rises from 0 to `total`, and list i is what lies from starts[i] to
 * starts[i + 1]. Sets ValueError where it is not so. */
bool numbers_partition(const numbers *starts, Py_ssize_t count, Py_ssize_t total);

#endif
