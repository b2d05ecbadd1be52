// SPDX-License-Identifier: Apache-2.0
#include "base/suggest.h"

#include <stdio.h>
#include <string.h>

enum { ROW_SIZE = SUGGEST_WORD_MAX + 1, BEGINNING_MIN = 3 };

static size_t least(size_t a, size_t b)
{
  return a < b ? a : b;
}

// One row of the table of distances: of the first ROW + 1 letters of A to each beginning of B.
static void fill_row(const char *a, const char *b, size_t row, size_t rows[3][ROW_SIZE])
{
  size_t *now = rows[2];
  now[0] = row + 1;
  for (size_t k = 0; b[k] != '\0'; k++) {
    size_t changed = rows[1][k] + (a[row] == b[k] ? 0 : 1);
    now[k + 1] = least(changed, least(rows[1][k + 1], now[k]) + 1);
    if (row > 0 && k > 0 && a[row] == b[k - 1] && a[row - 1] == b[k]) {
      now[k + 1] = least(now[k + 1], rows[0][k - 1] + 1);
    }
  }
}

size_t suggest_distance(const char *a, const char *b)
{
  size_t rows[3][ROW_SIZE] = {{0}};
  size_t a_length = strlen(a);
  size_t b_length = strlen(b);
  if (a_length > SUGGEST_WORD_MAX || b_length > SUGGEST_WORD_MAX) {
    return a_length > b_length ? a_length : b_length;
  }
  for (size_t k = 0; k <= b_length; k++) {
    rows[1][k] = k;
  }
  for (size_t i = 0; i < a_length; i++) {
    fill_row(a, b, i, rows);
    memcpy(rows[0], rows[1], sizeof rows[0]);
    memcpy(rows[1], rows[2], sizeof rows[1]);
  }
  return rows[1][b_length];
}

void suggest_try(struct suggestion *suggestion, const char *candidate)
{
  size_t length = strlen(suggestion->typed);
  bool begins = length >= BEGINNING_MIN && strncmp(candidate, suggestion->typed, length) == 0;
  size_t distance = begins ? 1 : suggest_distance(suggestion->typed, candidate);
  bool near = distance <= (length + 2) / 3 && distance < length;
  if (near && (suggestion->word == NULL || distance < suggestion->distance)) {
    suggestion->word = candidate;
    suggestion->distance = distance;
  }
}

const char *suggest_words(const struct suggestion *suggestion, char *text, size_t size)
{
  text[0] = '\0';
  if (suggestion->word != NULL) {
    (void)snprintf(text, size, "; did you mean %s?", suggestion->word);
  }
  return text;
}
