// SPDX-License-Identifier: Apache-2.0
#include "store/foreign.h"

#include <dirent.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/grow.h"
#include "map/numbers.h"

struct foreign {
  char **names; // sorted
  size_t name_count;
  size_t name_capacity;
  uint32_t *numbers; // sorted
  size_t number_count;
  size_t number_capacity;
  bool signs; // a line begins with "+" or "-"
  bool asks;
};

static const char *const USERDB[] = {"/run/systemd/userdb", "/etc/userdb",           "/run/userdb", "/run/host/userdb",
                                     "/usr/lib/userdb",     "/usr/local/lib/userdb", NULL};
static const struct foreign_sources HOST = {"/etc/passwd", "/etc/group", "/etc/nsswitch.conf", USERDB};

void foreign_free(struct foreign **foreign)
{
  if (*foreign == NULL) {
    return;
  }
  for (size_t i = 0; i < (*foreign)->name_count; i++) {
    free((*foreign)->names[i]);
  }
  free((*foreign)->names);
  free((*foreign)->numbers);
  free(*foreign);
  *foreign = NULL;
}

static void close_file(FILE **file)
{
  if (*file != NULL) {
    (void)fclose(*file);
  }
}

static enum status add_number(struct foreign *f, uint32_t number)
{
  uint32_t *numbers = grow_array(f->numbers, f->number_count, sizeof *numbers, &f->number_capacity);
  if (numbers == NULL) {
    return STATUS_NO_MEMORY;
  }
  f->numbers = numbers;
  f->numbers[f->number_count++] = number;
  return STATUS_OK;
}

static enum status add_name(struct foreign *f, const char *line)
{
  char **names = grow_array(f->names, f->name_count, sizeof *names, &f->name_capacity);
  if (names == NULL) {
    return STATUS_NO_MEMORY;
  }
  f->names = names;
  f->names[f->name_count] = strndup(line, strcspn(line, ":\n"));
  return f->names[f->name_count++] != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

// Of compat: what else is asked.
static bool is_sign(const char *line)
{
  return line[0] == '+' || line[0] == '-';
}

// "name:password:number:...", in passwd as in group.
static enum status add_line(struct foreign *f, const char *line)
{
  const char *at = strchr(line, ':');
  at = at != NULL ? strchr(at + 1, ':') : NULL;
  char *end = NULL;
  unsigned long value = at != NULL ? strtoul(at + 1, &end, 10) : 0;
  bool numbered = at != NULL && end != at + 1 && value <= UINT32_MAX;
  f->signs = f->signs || is_sign(line);
  enum status status = add_name(f, line);
  return status == STATUS_OK && numbered ? add_number(f, (uint32_t)value) : status;
}

static enum status read_lines(struct foreign *f, const char *path)
{
  FILE *file CLEANUP(close_file) = fopen(path, "re");
  char *line CLEANUP(cleanup_free) = NULL;
  size_t size = 0;
  enum status status = STATUS_OK;
  if (file == NULL) {
    return errno == ENOENT ? STATUS_OK : STATUS_IO;
  }
  while (status == STATUS_OK && getline(&line, &size, file) >= 0) {
    status = add_line(f, line);
  }
  return status == STATUS_OK && ferror(file) != 0 ? STATUS_IO : status;
}

static bool is_empty_but_for_dynamic_users(const char *path)
{
  DIR *dir = opendir(path);
  bool found = false;
  if (dir == NULL) {
    return errno == ENOENT;
  }
  for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
    found = found || (entry->d_name[0] != '.' && strcmp(entry->d_name, "io.systemd.DynamicUser") != 0);
  }
  (void)closedir(dir);
  return !found;
}

static bool userdb_is_quiet(const struct foreign_sources *sources)
{
  for (size_t i = 0; sources->userdb[i] != NULL; i++) {
    if (!is_empty_but_for_dynamic_users(sources->userdb[i])) {
      return false;
    }
  }
  return true;
}

static bool is_word(const char *at, size_t length, const char *word)
{
  return strlen(word) == length && memcmp(at, word, length) == 0;
}

// Whether name services are asked, by nsswitch.conf(5).
enum asks { ASKS_NOBODY, ASKS_WHERE_SIGNS, ASKS_OTHERS };

static enum asks word_asks(const struct foreign_sources *sources, const char *word, size_t length)
{
  if (is_word(word, length, "files") || is_word(word, length, "ssoorg")) {
    return ASKS_NOBODY;
  }
  if (is_word(word, length, "compat")) {
    return ASKS_WHERE_SIGNS;
  }
  return is_word(word, length, "systemd") && userdb_is_quiet(sources) ? ASKS_NOBODY : ASKS_OTHERS;
}

// LINE is what stands behind "passwd:" or "group:"; what is in brackets is done with an answer, not who is asked.
static enum asks line_asks(const struct foreign_sources *sources, const char *line)
{
  static const char BLANKS[] = " \t\n";
  enum asks most = ASKS_NOBODY;
  for (line += strspn(line, BLANKS); line[0] != '\0' && line[0] != '#'; line += strspn(line, BLANKS)) {
    bool action = line[0] == '[';
    size_t length = action ? strcspn(line, "]") : strcspn(line, " \t\n[#");
    enum asks asks = action ? ASKS_NOBODY : word_asks(sources, line, length);
    most = asks > most ? asks : most;
    line += length + (action && line[length] == ']' ? 1 : 0);
  }
  return most;
}

// A database without a line is the files alone. One that cannot be read may name anything.
static enum asks services_ask(const struct foreign_sources *sources)
{
  FILE *file CLEANUP(close_file) = fopen(sources->nsswitch, "re");
  char *line CLEANUP(cleanup_free) = NULL;
  size_t size = 0;
  enum asks most = ASKS_NOBODY;
  if (file == NULL) {
    return errno == ENOENT ? ASKS_NOBODY : ASKS_OTHERS;
  }
  while (most != ASKS_OTHERS && getline(&line, &size, file) >= 0) {
    const char *at = line + strspn(line, " \t");
    size_t name = strcspn(at, ": \t\n");
    const char *colon = at + name + strspn(at + name, " \t");
    bool ours = is_word(at, name, "passwd") || is_word(at, name, "group");
    enum asks asks = ours && colon[0] == ':' ? line_asks(sources, colon + 1) : ASKS_NOBODY;
    most = asks > most ? asks : most;
  }
  return ferror(file) != 0 ? ASKS_OTHERS : most;
}

static enum status has_signs(const char *path, bool *has)
{
  FILE *file CLEANUP(close_file) = fopen(path, "re");
  char *line CLEANUP(cleanup_free) = NULL;
  size_t size = 0;
  if (file == NULL) {
    return errno == ENOENT ? STATUS_OK : STATUS_IO;
  }
  while (!*has && getline(&line, &size, file) >= 0) {
    *has = is_sign(line);
  }
  return ferror(file) != 0 ? STATUS_IO : STATUS_OK;
}

enum status foreign_asks_of(const struct foreign_sources *sources, bool *ret_asks)
{
  enum asks asks = services_ask(sources);
  bool signs = false;
  enum status status = asks == ASKS_WHERE_SIGNS ? has_signs(sources->passwd, &signs) : STATUS_OK;
  if (status == STATUS_OK && asks == ASKS_WHERE_SIGNS) {
    status = has_signs(sources->group, &signs);
  }
  if (status == STATUS_OK) {
    *ret_asks = asks == ASKS_OTHERS || signs;
  }
  return status;
}

enum status foreign_asks(bool *ret_asks)
{
  return foreign_asks_of(&HOST, ret_asks);
}

static int compare_names(const void *a, const void *b)
{
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static int compare_numbers(const void *a, const void *b)
{
  uint32_t first = *(const uint32_t *)a;
  uint32_t second = *(const uint32_t *)b;
  return first < second ? -1 : first > second;
}

enum status foreign_load_from(const struct foreign_sources *sources, struct foreign **ret_foreign)
{
  struct foreign *f CLEANUP(foreign_free) = calloc(1, sizeof *f);
  if (f == NULL) {
    return STATUS_NO_MEMORY;
  }
  enum status status = read_lines(f, sources->passwd);
  if (status != STATUS_OK) {
    return status;
  }
  status = read_lines(f, sources->group);
  if (status != STATUS_OK) {
    return status;
  }
  if (f->name_count > 0) {
    qsort(f->names, f->name_count, sizeof *f->names, compare_names);
  }
  if (f->number_count > 0) {
    qsort(f->numbers, f->number_count, sizeof *f->numbers, compare_numbers);
  }
  enum asks asks = services_ask(sources);
  f->asks = asks == ASKS_OTHERS || (asks == ASKS_WHERE_SIGNS && f->signs);
  *ret_foreign = f;
  f = NULL;
  return STATUS_OK;
}

enum status foreign_load(struct foreign **ret_foreign)
{
  return foreign_load_from(&HOST, ret_foreign);
}

enum status foreign_has_name(const struct foreign *foreign, const char *name, bool *ret_has)
{
  bool asks = foreign == NULL || foreign->asks || strchr(name, '@') == NULL;
  bool has = foreign != NULL && foreign->name_count > 0 &&
             bsearch(&name, foreign->names, foreign->name_count, sizeof *foreign->names, compare_names) != NULL;
  *ret_has = has || (asks && (getpwnam(name) != NULL || getgrnam(name) != NULL));
  return STATUS_OK;
}

enum status foreign_has_number(const struct foreign *foreign, uint32_t number, bool *ret_has)
{
  bool has = false;
  enum status status = STATUS_OK;
  if (foreign == NULL) {
    status = number_is_local(number, &has);
  } else if (foreign->number_count > 0) {
    has = bsearch(&number, foreign->numbers, foreign->number_count, sizeof number, compare_numbers) != NULL;
  }
  if (status != STATUS_OK) {
    return status;
  }
  bool asks = foreign == NULL || foreign->asks;
  *ret_has = has || (asks && (getpwuid(number) != NULL || getgrgid(number) != NULL));
  return STATUS_OK;
}

const uint32_t *foreign_numbers(const struct foreign *foreign, size_t *ret_count)
{
  *ret_count = foreign->number_count;
  return foreign->numbers;
}
