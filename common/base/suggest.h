// SPDX-License-Identifier: Apache-2.0
// What somebody who has mistyped a word is likely to have meant.
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum { SUGGEST_WORD_MAX = 48 };

// How many single letters of A have to be changed, put in, taken out, or swapped with their neighbour to make B of it
// (optimal string alignment). Words longer than SUGGEST_WORD_MAX are as far from anything as they are long.
size_t suggest_distance(const char *a, const char *b);

// The nearest of some candidates. Borrowed.
struct suggestion {
  const char *typed;
  const char *word; // NULL: none is near
  size_t distance;
};

// CANDIDATE is kept where it is nearer than those before, and near: a letter off in three, or TYPED begins it.
void suggest_try(struct suggestion *suggestion, const char *candidate);

// Writes "; did you mean WORD?", or "" where there is none, into TEXT of SIZE bytes, and returns it.
const char *suggest_words(const struct suggestion *suggestion, char *text, size_t size);
