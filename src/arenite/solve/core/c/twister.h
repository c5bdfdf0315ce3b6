/* SPDX-License-Identifier: Apache-2.0
 * Python's `random.Random`, continued from its state: the choices of Lib/random.py, made from the Mersenne Twister of
 * Modules/_randommodule.c (Matsumoto and Nishimura, 1998). */
#ifndef ARENITE_CORE_TWISTER_H
#define ARENITE_CORE_TWISTER_H

#include "numbers.h"

/* Words of the generator's state. */
#define TWISTER_WORDS 624

typedef struct {
  uint32_t words[TWISTER_WORDS];
  uint32_t next; /* The word that is given out next; TWISTER_WORDS where all of them were. */
} twister;

/* From and to the numbers of `random.Random.getstate()[1]`: the words and `next`. False, with ValueError, where they
 * are no state. */
bool twister_read(twister *result, const numbers *state);
void twister_write(const twister *from, numbers *state);

/* `random()`: at least 0 and below 1. */
double twister_random(twister *chance);

/* `randrange(count)`, and the place of what `choice` takes from `count` things: at least 0 and below `count`, which is
 * at least 1 and below 2 ** 32. */
int64_t twister_below(twister *chance, int64_t count);

#endif
