// SPDX-License-Identifier: Apache-2.0
// A guided walk: questions, and commands that are shown before they are carried out.
#pragma once
#include <stdbool.h>

enum { WALK_ANSWER_SIZE = 512, WALK_WORDS_MAX = 24, WALK_SECRET_PATH_SIZE = 64 };

// A command line under way.
struct walk_words {
  const char *list[WALK_WORDS_MAX];
  int count;
};

// Adds words up to NULL; borrowed. The first word of all is the program's name.
void walk_add(struct walk_words *words, const char *first, ...);

// Shows the command line as one would type it, and carries it out. Its exit code.
int walk_run(struct walk_words *words);

// A paragraph on standard error.
void walk_say(const char *text);

// An answer to QUESTION; Enter alone is INITIAL, where that is not NULL. An exit code, with the error on standard
// error.
int walk_ask(const char *question, const char *initial, char ret_answer[static WALK_ANSWER_SIZE]);

// Whether the answer to QUESTION is yes, as INITIALLY where it is Enter. Likewise.
int walk_ask_yes(const char *question, bool initially, bool *ret_yes);

// The path of what is typed in secret after PROMPT: a file without a name, which lives as long as *RET_FD, the caller's
// to close. "" where nothing is typed. Likewise.
int walk_hold_secret(const char *prompt, char path[static WALK_SECRET_PATH_SIZE], int *ret_fd);
