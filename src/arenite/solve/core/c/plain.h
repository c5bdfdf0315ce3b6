/* SPDX-License-Identifier: Apache-2.0
 * Layouts of buffers that share no bytes, each made in one go; the twin in Python is solve/core/plain.py. */
#ifndef ARENITE_CORE_PLAIN_H
#define ARENITE_CORE_PLAIN_H

#include "numbers.h"

/* Each: (sizes, starts of neighbors, neighbors, order) -> offsets */
PyObject *plain_first_fit(PyObject *module, PyObject *arguments);
PyObject *plain_best_fit(PyObject *module, PyObject *arguments);
PyObject *plain_lowest_first(PyObject *module, PyObject *arguments);

#endif
