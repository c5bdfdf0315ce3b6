/* SPDX-License-Identifier: Apache-2.0
 * The differences that two groups of buffers must not have; the twin in Python is in solve/core/groups.py. */
#ifndef ARENITE_CORE_UNSAFE_H
#define ARENITE_CORE_UNSAFE_H

#include "numbers.h"

/* (sizes, first scopes, last scopes, relations, where the members of each group begin, members, their offsets)
 * -> (number of gaps, and the first four tables of `groups_first_fit`)
 * A row of `relations` is (one, other, up, down): the gap of buffer `one` to `other`, one < other, by rising pairs. */
PyObject *groups_unsafe(PyObject *module, PyObject *arguments);

#endif
