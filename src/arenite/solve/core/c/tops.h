/* SPDX-License-Identifier: Apache-2.0
 * Where what is placed ends, as far as the height of a layout counts it. */
#ifndef ARENITE_CORE_TOPS_H
#define ARENITE_CORE_TOPS_H

#include "numbers.h"

/* Ends of the parties that are placed, four numbers each: the party, how far above its place the end is, the cap, and
 * whether the end is aside. An end above its cap counts as far above any address, so that searches avoid it; otherwise,
 * one that is aside does not count. The ends of a party stand together: those from `from` of it on. */
typedef struct {
  numbers table, from;
} tops;

/* False, with an exception set, where the table is wrong for `parties` parties or memory ran out. */
bool tops_read(tops *result, PyObject *bytes, Py_ssize_t parties);
void tops_free(tops *each);

/* The highest end that counts of a party at this place. */
int64_t tops_end(const tops *each, int64_t party, int64_t place);

/* Writes for each party the highest of its ends that count, and returns the highest of all: the height. */
int64_t tops_of(const tops *each, const numbers *places, numbers *ends);

#endif
