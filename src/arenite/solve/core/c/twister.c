/* SPDX-License-Identifier: Apache-2.0 */
#include "twister.h"

/* The recurrence of MT19937: each word is made from the next one and the one 397 further on. */
#define DISTANCE 397
#define MATRIX 0x9908b0dfu
#define UPPER_BIT 0x80000000u
#define LOWER_BITS 0x7fffffffu

bool twister_read(twister *result, const numbers *state) {
  if (state->count != TWISTER_WORDS + 1 || state->at[TWISTER_WORDS] < 0 || state->at[TWISTER_WORDS] > TWISTER_WORDS) {
    PyErr_SetString(PyExc_ValueError, "no state of random.Random");
    return false;
  }
  for (int i = 0; i < TWISTER_WORDS; i++) {
    result->words[i] = (uint32_t)state->at[i];
  }
  result->next = (uint32_t)state->at[TWISTER_WORDS];
  return true;
}

void twister_write(const twister *from, numbers *state) {
  for (int i = 0; i < TWISTER_WORDS; i++) {
    state->at[i] = from->words[i];
  }
  state->at[TWISTER_WORDS] = from->next;
}

static void renew(twister *chance) {
  uint32_t *words = chance->words;
  for (int i = 0; i < TWISTER_WORDS; i++) {
    uint32_t mixed = (words[i] & UPPER_BIT) | (words[(i + 1) % TWISTER_WORDS] & LOWER_BITS);
    words[i] = words[(i + DISTANCE) % TWISTER_WORDS] ^ (mixed >> 1) ^ ((mixed & 1u) ? MATRIX : 0u);
  }
  chance->next = 0;
}

static uint32_t next_word(twister *chance) {
  if (chance->next >= TWISTER_WORDS) {
    renew(chance);
  }
  uint32_t word = chance->words[chance->next++];
  word ^= word >> 11;
  word ^= (word << 7) & 0x9d2c5680u;
  word ^= (word << 15) & 0xefc60000u;
  return word ^ (word >> 18);
}

double twister_random(twister *chance) {
  /* 53 bits, as many as a double holds: 27 from one word, 26 from the next. */
  uint32_t high = next_word(chance) >> 5;
  uint32_t low = next_word(chance) >> 6;
  return (high * 67108864.0 + low) * (1.0 / 9007199254740992.0);
}

int64_t twister_below(twister *chance, int64_t count) {
  int bits = 0;
  while (count >> bits) {
    bits++;
  }
  /* As many bits as `count` has, again and again until they are below it: every number is equally likely. */
  uint32_t number;
  do {
    number = next_word(chance) >> (32 - bits);
  } while (number >= count);
  return number;
}
