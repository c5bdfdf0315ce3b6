/* SPDX-License-Identifier: Apache-2.0
 * A local search that places boxes in a height and takes out those in their way; the twin in Python, which explains
 * it, is solve/core/ejection.py. */
#ifndef ARENITE_CORE_EJECTION_H
#define ARENITE_CORE_EJECTION_H

#include "numbers.h"

/* (sizes, starts of neighbors, neighbors, offsets, weights, outside, state of the generator, height, tries)
 *     -> (offsets, weights, outside, state of the generator, tries made) */
PyObject *ejection_run(PyObject *module, PyObject *arguments);

#endif
