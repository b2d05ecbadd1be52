// SPDX-License-Identifier: Apache-2.0
// key_sets KIND BYTES: reads a hostile key set of that many bytes and looks for a key in it, as ssoorg-oidc does, for
// tests/bench/key_sets to count. Without words: which kinds there are.
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "document.h"
#include "key_set.h"

enum { PIECE_SIZE = 64 };

// START, then so many pieces as there is room for, then END. A piece with a "%" has its number there, each another one.
struct kind {
  const char *name;
  const char *start;
  const char *piece;
  const char *end;
  bool taken; // else there are too many keys, or keys that are none
};

static const struct kind KINDS[] = {
    {"arrays", "{\"keys\":[", "[],", "[]]}", false},
    {"objects", "{\"keys\":[", "{},", "{}]}", false},
    {"numbers", "{\"keys\":[", "1,", "1]}", false},
    {"strings", "{\"keys\":[", "\"\",", "\"\"]}", false},
    {"nested", "{\"keys\":[", "[{}],", "[{}]]}", false},
    {"members", "{", "\"%x\":0,", "\"keys\":[]}", true},
    {"members_of_a_key", "{\"keys\":[{\"kty\":\"EC\",", "\"%x\":0,", "\"crv\":\"P-256\"}]}", true},
    {"operations_of_a_key", "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"key_ops\":[", "\"%x\",", "\"\"]}]}", true},
    {"escapes", "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"", "\\u00e9", "\"}]}", true},
};

static void must(bool good, const char *what)
{
  if (!good) {
    (void)fprintf(stderr, "key_sets: %s\n", what);
    exit(1);
  }
}

static void add(struct bytes *text, const char *more)
{
  must(bytes_append_text(text, more) == STATUS_OK, "memory");
}

static void add_piece(struct bytes *text, const char *piece, unsigned number)
{
  char whole[PIECE_SIZE];
  const char *place = strstr(piece, "%x");
  if (place == NULL) {
    add(text, piece);
    return;
  }
  (void)snprintf(whole, sizeof whole, "%.*s%x%s", (int)(place - piece), piece, number, place + 2);
  add(text, whole);
}

static void write_set(const struct kind *kind, size_t size, struct bytes *text)
{
  add(text, kind->start);
  for (unsigned i = 0; text->length + strlen(kind->end) + PIECE_SIZE / 4 < size; i++) {
    add_piece(text, kind->piece, i);
  }
  add(text, kind->end);
}

static void read_set(const struct kind *kind, const struct bytes *text)
{
  struct cJSON *document CLEANUP(document_done) = NULL;
  struct failure failure = {0};
  struct key key CLEANUP(key_done) = {0};
  must(document_parse(text->data, text->length, &document) == STATUS_OK, "it is no JSON object");
  must((key_set_check(document, &failure) == STATUS_OK) == kind->taken, "key_set_check() says something else");
  must(key_set_count(document) == 0, "there is a key that can be used");
  must(key_set_choose(document, key_algorithm_find("ES256"), "none", &failure, &key) == STATUS_NOT_FOUND,
       "a key is found");
}

int main(int argc, char **argv)
{
  int64_t size = 0;
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  const struct kind *kind = NULL;
  for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
    if (argc == 1) {
      printf("%s\n", KINDS[i].name);
    } else if (strcmp(KINDS[i].name, argv[1]) == 0) {
      kind = &KINDS[i];
    }
  }
  if (argc == 1) {
    return 0;
  }
  if (argc != 3 || kind == NULL || text_to_i64(argv[2], 256, DOCUMENT_MAX, &size) != STATUS_OK) {
    (void)fprintf(stderr, "usage: key_sets [KIND BYTES]\n");
    return 2;
  }
  document_start_up();
  write_set(kind, (size_t)size, &text);
  read_set(kind, &text);
  return 0;
}
