// SPDX-License-Identifier: Apache-2.0
#include "change/code.h"

#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"

enum { GROUP = 5, LETTER_BITS = 5 };

// Without I, L, O and U.
static const char LETTERS[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

enum status code_new(char text[static CODE_SIZE])
{
  unsigned char random[CODE_LETTERS];
  size_t used = 0;
  enum status status = file_random(random, sizeof random);
  for (size_t i = 0; status == STATUS_OK && i < sizeof random; i++) {
    if (i > 0 && i % GROUP == 0) {
      text[used++] = '-';
    }
    text[used++] = LETTERS[random[i] & ((1 << LETTER_BITS) - 1)];
  }
  text[used] = '\0';
  explicit_bzero(random, sizeof random);
  return status;
}

// 0 for what is no letter of a code.
static char fold(char typed)
{
  int letter = toupper((unsigned char)typed);
  letter = letter == 'O' ? '0' : letter == 'I' || letter == 'L' ? '1' : letter;
  return letter != '\0' && strchr(LETTERS, letter) != NULL ? (char)letter : '\0';
}

enum status code_fold(const struct bytes *typed, struct bytes *ret_folded)
{
  struct bytes folded CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < typed->length; i++) {
    char letter = fold(typed->data[i]);
    if (typed->data[i] == ' ' || typed->data[i] == '-') {
      continue;
    }
    bool legal = letter != '\0' && folded.length < CODE_LETTERS;
    status = legal ? bytes_append(&folded, &letter, 1) : STATUS_INVALID;
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (folded.length != CODE_LETTERS) {
    return STATUS_INVALID;
  }
  bytes_take(ret_folded, &folded);
  return STATUS_OK;
}
