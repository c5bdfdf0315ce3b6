/* SPDX-License-Identifier: Apache-2.0
 * Sets of operators as rows of 64-bit words, bit v % 64 of word v / 64 for operator v; and pools of distinct rows. */
#ifndef ARENITE_CORE_SETS_H
#define ARENITE_CORE_SETS_H

#include "numbers.h"

static inline bool set_has(const uint64_t *set, int64_t each) { return set[each >> 6] >> (each & 63) & 1; }
static inline void set_add(uint64_t *set, int64_t each) { set[each >> 6] |= (uint64_t)1 << (each & 63); }
static inline void set_drop(uint64_t *set, int64_t each) { set[each >> 6] &= ~((uint64_t)1 << (each & 63)); }

/* Number of all bits of a word, and number of the lowest one of a word that is not 0. */
#if defined(__GNUC__) || defined(__clang__)
static inline int word_bits(uint64_t word) { return __builtin_popcountll(word); }
static inline int word_lowest(uint64_t word) { return __builtin_ctzll(word); }
#else
static inline int word_bits(uint64_t word) {
  int bits = 0;
  for (; word != 0; word &= word - 1) {
    bits++;
  }
  return bits;
}
static inline int word_lowest(uint64_t word) { return word_bits((word & (~word + 1)) - 1); }
#endif

/* Whether each member of one set is in another. */
static inline bool set_within(const uint64_t *one, const uint64_t *other, Py_ssize_t words) {
  for (Py_ssize_t i = 0; i < words; i++) {
    if (one[i] & ~other[i]) {
      return false;
    }
  }
  return true;
}

/* -1, 0 or 1 as one set is below, equal to or above another as a whole number. */
int set_compare(const uint64_t *one, const uint64_t *other, Py_ssize_t words);

/* Rows of `stride` words, moved to room for `room` of them; NULL, with an exception set and the old rows left as they are,
 * where memory ran out. */
uint64_t *rows_resized(uint64_t *rows, Py_ssize_t stride, Py_ssize_t room);

/* Equal on every machine, and to the hash in `orders/breadth_first.py`. */
uint64_t set_hash(const uint64_t *set, Py_ssize_t words);

/* A set as `width` bytes, lowest operators first, and back. */
void set_write(const uint64_t *set, uint8_t *bytes, Py_ssize_t width);
void set_read(uint64_t *set, Py_ssize_t words, const uint8_t *bytes, Py_ssize_t width);

/* Distinct sets in the order in which they came, found by hash. A row has `stride` words, of which the first `words`
 * are the set; what the others hold is up to the owner. `slots` is a power of two, at most half of it taken. */
typedef struct {
  Py_ssize_t words, stride, count, room;
  uint64_t *rows;
  uint64_t *at;
  size_t slots;
} pool;

/* False, with an exception set, where memory ran out. On failure the pool is still to be freed. */
bool pool_allocate(pool *result, Py_ssize_t words, Py_ssize_t stride);
void pool_free(pool *each);

static inline uint64_t *pool_row(const pool *each, Py_ssize_t number) { return each->rows + number * each->stride; }

/* The number of a set; -1 where the pool has no such set. */
Py_ssize_t pool_find(const pool *each, const uint64_t *set);

/* The number of a set, which is added where it is new: it is the last one then, and `count` has grown. -1, with an
 * exception set, where memory ran out. `row` of the whole stride is copied. */
Py_ssize_t pool_add(pool *to, const uint64_t *row, uint64_t hash);

/* Fetch what a search for a set of this hash begins with; first the slot, and once that is there, the row. */
void pool_fetch_slot(const pool *each, uint64_t hash);
void pool_fetch_row(const pool *each, uint64_t hash);

#endif
