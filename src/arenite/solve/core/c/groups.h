/* SPDX-License-Identifier: Apache-2.0
 * First fit of groups of buffers that are placed as one; its twin in Python is solve/core/groups.py. */
#ifndef ARENITE_CORE_GROUPS_H
#define ARENITE_CORE_GROUPS_H

#include "numbers.h"

/* (starts of others, others, starts of ranges, ranges, ends, order, first, its place) -> places
 * `first` is a group that already has its place, -1 for none; a place of -1 means that a group has none yet. */
PyObject *groups_first_fit(PyObject *module, PyObject *arguments);

/* (the same five tables, order, places, state of chance, enough, tries) -> (order, places, state of chance, tries) */
PyObject *groups_walk(PyObject *module, PyObject *arguments);

#endif
