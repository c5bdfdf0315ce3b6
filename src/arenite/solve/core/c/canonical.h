/* SPDX-License-Identifier: Apache-2.0
 * The search whether boxes fit in a height; its twin in Python, which explains it, is solve/core/canonical.py. */
#ifndef ARENITE_CORE_CANONICAL_H
#define ARENITE_CORE_CANONICAL_H

#include "numbers.h"

/* (sizes, first sections, sections after the last, ranks, height, fewest) -> search */
PyObject *canonical_begin(PyObject *module, PyObject *arguments);

/* (search, states) -> (1 they fit, 0 they do not, -1 open; states looked at) */
PyObject *canonical_run(PyObject *module, PyObject *arguments);

/* (search) -> offsets */
PyObject *canonical_offsets(PyObject *module, PyObject *arguments);

#endif
