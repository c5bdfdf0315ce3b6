/* SPDX-License-Identifier: Apache-2.0
 * First fit of single buffers with overlap; its twin in Python is solve/core/singles.py. */
#ifndef ARENITE_CORE_SINGLES_H
#define ARENITE_CORE_SINGLES_H

#include "numbers.h"

/* (starts of gaps, gaps, starts of runs, runs, ends, order) -> offsets */
PyObject *singles_first_fit(PyObject *module, PyObject *arguments);

/* (the same five tables, four lists of a walk, state of chance, enough, tries)
 * -> (the four lists, state of chance, tries) */
PyObject *singles_walk(PyObject *module, PyObject *arguments);

#endif
