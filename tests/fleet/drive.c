// SPDX-License-Identifier: Apache-2.0
// drive HELPER: does what each line of standard input says with a fleet's engine, through fleet/engine.h, and prints a
// line for it. Words are separated by tabs:
//   open MS HOSTS DATABASE LOGIN PASSWORD_FILE CA_FILE CERTIFICATE_FILE KEY_FILE STATEMENT_MS CONFINEMENT
//     ("-": no such file; 1: available)
//   ask MS STATEMENT [VALUE...]       "\N": NULL; "\xHEX": bytes
//   listen MS [ORG...]
//   await MS
//   script MS FILE
//   end
// and of the answer: STATUS SQLSTATE COLUMNS ROWS TEXT [CELL...], cells as hexadecimal, "-" for NULL.
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"
#include "fleet/engine.h"

enum { WORDS_MAX = 8192, LINE_STATEMENT = 2, FIRST_VALUE = 3, FIRST_ORG = 2 };

struct words {
  size_t count;
  char *at[WORDS_MAX];
};

struct drive {
  const char *helper;
  struct engine *engine;
  struct error error;
  struct engine_answer answer;
  struct words words;
};

static void split(char *line, struct words *words)
{
  words->count = 0;
  line[strcspn(line, "\n")] = '\0';
  for (char *word = line; word != NULL && words->count < WORDS_MAX;) {
    words->at[words->count++] = word;
    word = strchr(word, '\t');
    if (word != NULL) {
      *word++ = '\0';
    }
  }
}

static const char *word(const struct drive *d, size_t number)
{
  return number < d->words.count ? d->words.at[number] : "";
}

static int64_t number(const struct drive *d, size_t at)
{
  int64_t value = 0;
  return text_to_i64(word(d, at), INT64_MIN, INT64_MAX, &value) == STATUS_OK ? value : 0;
}

static int64_t deadline(const struct drive *d)
{
  return clock_monotonic_ms() + number(d, 1);
}

static void print(const struct drive *d, enum status status, const char *text)
{
  const struct engine_answer *answer = &d->answer;
  printf("%s\t%s\t%zu\t%zu\t%s", status_text(status), answer->sqlstate, answer->columns, answer->rows, text);
  for (size_t i = 0; answer->cells != NULL && i < answer->rows * answer->columns; i++) {
    const struct engine_value *cell = &answer->cells[i];
    const unsigned char *data = cell->data;
    (void)fputs(cell->null ? "\t-" : "\t", stdout);
    for (size_t byte = 0; byte < cell->length; byte++) {
      printf("%02x", data[byte]);
    }
  }
  (void)putchar('\n');
  (void)fflush(stdout);
}

static void read_file(const char *path, struct bytes *out)
{
  char block[4096];
  FILE *file = strcmp(path, "-") == 0 ? NULL : fopen(path, "re");
  size_t got = 0;
  while (file != NULL && (got = fread(block, 1, sizeof block, file)) > 0 &&
         bytes_append(out, block, got) == STATUS_OK) {
  }
  if (file != NULL) {
    (void)fclose(file);
  }
}

static enum status do_open(struct drive *d)
{
  enum { FILES = 4, FIRST_FILE = 5, STATEMENT = 9, CONFINEMENT = 10 };
  struct bytes files[FILES] = {BYTES_EMPTY, BYTES_EMPTY, BYTES_EMPTY, BYTES_EMPTY};
  for (size_t i = 0; i < FILES; i++) {
    read_file(word(d, FIRST_FILE + i), &files[i]);
  }
  const struct engine_where where = {.hosts = word(d, 2),
                                     .database = word(d, 3),
                                     .login = word(d, 4),
                                     .password = &files[0],
                                     .ca_pem = &files[1],
                                     .certificate_pem = &files[2],
                                     .key_pem = &files[3],
                                     .statement_ms = (uint32_t)number(d, STATEMENT),
                                     .confinement = (enum confinement)number(d, CONFINEMENT)};
  enum status status = engine_start(d->helper, &where, deadline(d), &d->error, &d->engine);
  for (size_t i = 0; i < FILES; i++) {
    bytes_done(&files[i]);
  }
  return status;
}

static uint32_t find_statement(const char *name)
{
  uint32_t at = 0;
  while (engine_statement_text(at) != NULL && strcmp(engine_statement_text(at)->name, name) != 0) {
    at++;
  }
  return at;
}

static struct engine_value value_of(char *text)
{
  size_t digits = strlen(text);
  if (strcmp(text, "\\N") == 0) {
    return engine_text(NULL);
  }
  if (strncmp(text, "\\x", 2) != 0) {
    return engine_text(text);
  }
  // In place: the bytes are fewer than their digits, and each is written behind where it is read.
  size_t length = (digits - 2) / 2;
  unsigned char *data = (unsigned char *)text;
  return text_from_hex(text + 2, data, length) == STATUS_OK ? (struct engine_value){data, length, false}
                                                            : engine_text(NULL);
}

static enum status do_ask(struct drive *d)
{
  struct engine_value values[ENGINE_VALUES_MAX] = {{.null = true}};
  for (size_t i = 0; i < ENGINE_VALUES_MAX; i++) {
    values[i] = FIRST_VALUE + i < d->words.count ? value_of(d->words.at[FIRST_VALUE + i]) : engine_text(NULL);
  }
  return engine_ask(d->engine, (enum engine_statement)find_statement(word(d, LINE_STATEMENT)), values, deadline(d),
                    &d->error, &d->answer);
}

static enum status do_listen(struct drive *d)
{
  static int64_t orgs[WORDS_MAX];
  size_t count = d->words.count - FIRST_ORG;
  for (size_t i = 0; i < count; i++) {
    orgs[i] = number(d, FIRST_ORG + i);
  }
  return engine_listen(d->engine, orgs, count, deadline(d), &d->error);
}

static enum status do_script(struct drive *d)
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  read_file(word(d, 2), &text);
  return engine_script(d->engine, &text, deadline(d), &d->error, &d->answer);
}

static void do_await(struct drive *d)
{
  char text[64];
  struct engine_event event = {.is_told = false};
  enum status status = engine_await(d->engine, -1, deadline(d), &d->error, &event);
  (void)snprintf(text, sizeof text, "%" PRId64 " %" PRId64, event.org_id, event.revision);
  print(d, status, status == STATUS_OK ? text : d->error.text);
}

// One line. Until there is a connection only one can be opened.
static void run(struct drive *d)
{
  const char *verb = word(d, 0);
  engine_answer_done(&d->answer);
  d->error.text[0] = '\0';
  if (strcmp(verb, "open") == 0) {
    engine_end(&d->engine);
    enum status status = do_open(d);
    print(d, status, status == STATUS_OK ? engine_host(d->engine) : d->error.text);
  } else if (d->engine == NULL) {
    print(d, STATUS_NOT_FOUND, "");
  } else if (strcmp(verb, "ask") == 0) {
    enum status status = do_ask(d);
    print(d, status, d->error.text);
  } else if (strcmp(verb, "listen") == 0) {
    enum status status = do_listen(d);
    print(d, status, d->error.text);
  } else if (strcmp(verb, "await") == 0) {
    do_await(d);
  } else if (strcmp(verb, "script") == 0) {
    enum status status = do_script(d);
    print(d, status, status == STATUS_OK ? d->answer.message : d->error.text);
  } else if (strcmp(verb, "end") == 0) {
    engine_end(&d->engine);
    print(d, STATUS_OK, "");
  } else {
    print(d, STATUS_INVALID, "");
  }
}

int main(int argc, char **argv)
{
  static struct drive drive;
  char *line = NULL;
  size_t size = 0;
  if (argc != 2) {
    return EXIT_FAILURE;
  }
  drive.helper = argv[1];
  while (getline(&line, &size, stdin) > 0) {
    split(line, &drive.words);
    run(&drive);
  }
  engine_end(&drive.engine);
  free(line);
  return EXIT_SUCCESS;
}
