// SPDX-License-Identifier: Apache-2.0
#include "walk.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "context.h"

enum { TRIES = 3 };

void walk_add(struct walk_words *words, const char *first, ...)
{
  va_list more;
  va_start(more, first);
  for (const char *word = first; word != NULL && words->count + 1 < WALK_WORDS_MAX; word = va_arg(more, const char *)) {
    words->list[words->count++] = word;
  }
  va_end(more);
  words->list[words->count] = NULL;
}

static bool is_plain(const char *word)
{
  return word[0] != '\0' &&
         word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-")] == '\0';
}

// In single quotes nothing is special to a shell but they.
static void show_quoted(const char *word)
{
  (void)fprintf(stderr, " '");
  for (; *word != '\0'; word++) {
    (void)(*word == '\'' ? fprintf(stderr, "'\\''") : fputc(*word, stderr));
  }
  (void)fprintf(stderr, "'");
}

// As one would type it. A file that has no name is what stands on standard input then.
static void show(const struct walk_words *words)
{
  (void)fprintf(stderr, "\n  $ ssoctl");
  for (int i = 1; i < words->count; i++) {
    const char *word = strncmp(words->list[i], "/proc/self/fd/", 14) == 0 ? "-" : words->list[i];
    if (is_plain(word)) {
      (void)fprintf(stderr, " %s", word);
    } else {
      show_quoted(word);
    }
  }
  (void)fprintf(stderr, "\n");
}

int walk_run(struct walk_words *words)
{
  show(words);
  return command_run(words->count, (char *const *)(uintptr_t)words->list);
}

void walk_say(const char *text)
{
  (void)fprintf(stderr, "\n%s\n", text);
}

int walk_ask(const char *question, const char *initial, char ret_answer[static WALK_ANSWER_SIZE])
{
  char text[WALK_ANSWER_SIZE + 64];
  bool has = initial != NULL && initial[0] != '\0';
  (void)snprintf(text, sizeof text, "%s%s%s%s:", question, has ? " [" : "", has ? initial : "", has ? "]" : "");
  for (int i = 0; i < TRIES; i++) {
    struct bytes answer CLEANUP(bytes_done) = BYTES_EMPTY;
    int code = context_read_answer(text, &answer);
    if (code != EXIT_DONE) {
      return code;
    }
    const char *chosen = answer.length == 0 && initial != NULL ? initial : bytes_text(&answer);
    if (chosen[0] == '\0' && initial == NULL) {
      (void)fprintf(stderr, "an answer is needed here; Ctrl-C leaves, and what is done stays done\n");
    } else if (text_copy_clean(chosen, strlen(chosen), ret_answer, WALK_ANSWER_SIZE) == STATUS_OK) {
      return EXIT_DONE;
    } else {
      (void)fprintf(stderr, "at most %d plain characters are legal\n", WALK_ANSWER_SIZE - 1);
    }
  }
  return fail(EXIT_FAILED, "setup: no answer; 'ssoctl setup' goes on here");
}

int walk_ask_yes(const char *question, bool initially, bool *ret_yes)
{
  char answer[WALK_ANSWER_SIZE];
  int code = walk_ask(question, initially ? "Y/n" : "y/N", answer);
  *ret_yes = code == EXIT_DONE && (answer[0] == 'y' || (answer[0] == 'Y' && strcmp(answer, "Y/n") != 0) ||
                                   (strcmp(answer, "Y/n") == 0 && initially));
  return code;
}

int walk_hold_secret(const char *prompt, char path[static WALK_SECRET_PATH_SIZE], int *ret_fd)
{
  struct bytes secret CLEANUP(bytes_done) = BYTES_EMPTY;
  int code = context_read_secret(false, prompt, false, &secret);
  path[0] = '\0';
  if (code != EXIT_DONE || secret.length == 0) {
    return code;
  }
  int fd CLEANUP(cleanup_fd) = memfd_create("secret", MFD_CLOEXEC);
  if (fd < 0 || file_write_all(fd, secret.data, secret.length) != STATUS_OK || lseek(fd, 0, SEEK_SET) != 0) {
    return fail(EXIT_FAILED, "setup: no memory for the secret");
  }
  (void)snprintf(path, WALK_SECRET_PATH_SIZE, "/proc/self/fd/%d", fd);
  *ret_fd = take_fd(&fd);
  return EXIT_DONE;
}
