// SPDX-License-Identifier: Apache-2.0
#include "sudo_words.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

enum {
  WORDS_SIZE = 4096, // options come first
  SHORTEST = 5       // letters of "--non", to which getopt_long(3) lets it be cut: there is --no-update as well
};

enum word { WORD_IS_OVER, WORD_NEXT, WORD_SKIPS_ONE, WORD_ASKS_NOBODY };

static const char NOBODY[] = "--non-interactive";

// Options that take the word behind them.
static bool long_takes_one(const char *word)
{
  static const char *const LONG[] = {"--auth-type", "--chdir", "--chroot",      "--close-from", "--command-timeout",
                                     "--group",     "--host",  "--login-class", "--other-user", "--prompt",
                                     "--role",      "--type",  "--user"};
  for (size_t i = 0; i < COUNT_OF(LONG); i++) {
    if (strcmp(word, LONG[i]) == 0) {
      return true;
    }
  }
  return false;
}

static enum word read_long(const char *word)
{
  size_t length = strlen(word);
  if (length >= SHORTEST && strncmp(word, NOBODY, length) == 0) {
    return WORD_ASKS_NOBODY;
  }
  if (strcmp(word, "--") == 0) {
    return WORD_IS_OVER;
  }
  return long_takes_one(word) ? WORD_SKIPS_ONE : WORD_NEXT;
}

static enum word read_letters(const char *letters)
{
  static const char TAKES_ONE[] = "aCcDgpRrTtUu";
  static const char ALONE[] = "ABbEeHiKklNPSsVv";
  for (; *letters != '\0'; letters++) {
    if (*letters == 'n') {
      return WORD_ASKS_NOBODY;
    }
    if (strchr(TAKES_ONE, *letters) != NULL) {
      return letters[1] == '\0' ? WORD_SKIPS_ONE : WORD_NEXT;
    }
    if (strchr(ALONE, *letters) == NULL) { // -h takes a word behind it or not
      return WORD_IS_OVER;
    }
  }
  return WORD_NEXT;
}

// Settings of variables may stand between the options; what is neither is the command.
static enum word read_word(const char *word)
{
  if (word[0] != '-' || word[1] == '\0') {
    const char *equals = strchr(word, '=');
    const char *slash = strchr(word, '/');
    bool sets = equals != NULL && equals != word && (slash == NULL || slash > equals);
    return sets ? WORD_NEXT : WORD_IS_OVER;
  }
  return word[1] == '-' ? read_long(word) : read_letters(word + 1);
}

bool sudo_words_ask_nobody(const char *words, size_t length)
{
  const char *end = words + length;
  enum word found = WORD_NEXT;
  // The first is the program's own name; the last may have been cut.
  const char *at = memchr(words, '\0', length);
  while (at != NULL && (found == WORD_NEXT || found == WORD_SKIPS_ONE)) {
    const char *word = at + 1;
    at = memchr(word, '\0', (size_t)(end - word));
    if (at != NULL) {
      found = found == WORD_SKIPS_ONE ? WORD_NEXT : read_word(word);
    }
  }
  return found == WORD_ASKS_NOBODY;
}

bool sudo_caller_asks_nobody(const char *service)
{
  char path[32];
  char words[WORDS_SIZE];
  if (strcmp(service, "sudo") != 0 && strcmp(service, "sudo-i") != 0) {
    return false;
  }
  (void)snprintf(path, sizeof path, "/proc/%d/cmdline", (int)getppid());
  int fd CLEANUP(cleanup_fd) = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = fd >= 0 ? read(fd, words, sizeof words) : 0;
  return length > 0 && sudo_words_ask_nobody(words, (size_t)length);
}
