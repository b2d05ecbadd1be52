// SPDX-License-Identifier: Apache-2.0
#include "state/settings_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/host_file.h"
#include "base/text.h"

enum { APPLY_PATH_SIZE = 4096 };

static const char HEAD[] = "# Written by ssoctl apply, which writes it anew.\n";

static int path_of(const struct context *ctx, const char *name, char path[static APPLY_PATH_SIZE])
{
  int length = snprintf(path, APPLY_PATH_SIZE, "%s.d%s", ctx->config_path, name);
  return length > 0 && length < APPLY_PATH_SIZE ? EXIT_DONE : fail(EXIT_USAGE, "--config: the path is too long");
}

static const struct config_key *key_named(const char *name)
{
  for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
    if (strcmp(CONFIG_KEYS[i].name, name) == 0) {
      return &CONFIG_KEYS[i];
    }
  }
  return NULL;
}

static struct settings_file_value *find(struct settings_file *file, const char *key)
{
  for (size_t i = 0; i < file->count; i++) {
    if (strcmp(file->list[i].key, key) == 0) {
      return &file->list[i];
    }
  }
  return NULL;
}

const char *settings_file_get(const struct settings_file *file, const char *key)
{
  for (size_t i = 0; i < file->count; i++) {
    if (strcmp(file->list[i].key, key) == 0) {
      return file->list[i].value;
    }
  }
  return NULL;
}

static int compare(const void *a, const void *b)
{
  return strcmp(((const struct settings_file_value *)a)->key, ((const struct settings_file_value *)b)->key);
}

static void forget(struct settings_file *file, const char *key)
{
  struct settings_file_value *found = find(file, key);
  if (found != NULL) {
    *found = file->list[--file->count];
    qsort(file->list, file->count, sizeof *file->list, compare);
  }
}

static int check(const char *where, const char *name, const char *value)
{
  struct config scratch;
  const struct config_key *key = key_named(name);
  config_init(&scratch);
  if (key == NULL) {
    return fail(EXIT_USAGE, "%s.%.60s: is no setting of the host; see ssoorg.conf(5)", where, name);
  }
  bool plain = strlen(value) < SETTINGS_VALUE_SIZE && text_is_clean(value, strlen(value)) && value[0] != ' ' &&
               (value[0] == '\0' || value[strlen(value) - 1] != ' ');
  if (!plain || key->parse(value, &scratch) != STATUS_OK) {
    return fail(EXIT_USAGE, "%s.%s: \"%.200s\" is not %s", where, name, value, key->legal);
  }
  return EXIT_DONE;
}

int settings_file_set(struct settings_file *file, const char *where, const char *key, const char *value)
{
  if (value == NULL) {
    forget(file, key);
    return EXIT_DONE;
  }
  int code = check(where, key, value);
  if (code != EXIT_DONE) {
    return code;
  }
  struct settings_file_value *found = find(file, key);
  if (found == NULL && file->count == SETTINGS_FILE_MAX) {
    return fail(EXIT_USAGE, "%s: holds more than %d settings", where, SETTINGS_FILE_MAX);
  }
  found = found != NULL ? found : &file->list[file->count++];
  (void)snprintf(found->key, sizeof found->key, "%s", key);
  (void)snprintf(found->value, sizeof found->value, "%s", value);
  qsort(file->list, file->count, sizeof *file->list, compare);
  return EXIT_DONE;
}

static int take_line(struct settings_file *file, const char *path, char *line)
{
  char *equals = strchr(line, '=');
  if (line[0] == '\0' || line[0] == '#') {
    return EXIT_DONE;
  }
  if (equals == NULL) {
    return fail(EXIT_FAILED, "%s: \"%.100s\" is not of the form KEY = VALUE", path, line);
  }
  char *end = equals;
  while (end > line && (end[-1] == ' ' || end[-1] == '\t')) {
    end--;
  }
  *end = '\0';
  return settings_file_set(file, path, line, equals + 1 + strspn(equals + 1, " \t"));
}

int settings_file_read(const struct context *ctx, struct settings_file *ret_file)
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  struct error error = {.text = ""};
  char path[APPLY_PATH_SIZE];
  int code = path_of(ctx, "/50-apply.conf", path);
  if (code != EXIT_DONE) {
    return code;
  }
  *ret_file = (struct settings_file){.count = 0};
  enum status status = host_file_read(path, &error, &text);
  if (status != STATUS_OK || text.length == 0) {
    return status == STATUS_NOT_FOUND || status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "%s", error.text);
  }
  char *rest = text.data;
  for (char *line = strsep(&rest, "\n"); code == EXIT_DONE && line != NULL; line = strsep(&rest, "\n")) {
    code = take_line(ret_file, path, line);
  }
  return code;
}

static enum status render(const struct settings_file *file, struct bytes *text)
{
  enum status status = bytes_append(text, HEAD, sizeof HEAD - 1);
  for (size_t i = 0; status == STATUS_OK && i < file->count; i++) {
    char line[SETTINGS_KEY_SIZE + SETTINGS_VALUE_SIZE + 8];
    int length = snprintf(line, sizeof line, "%s = %s\n", file->list[i].key, file->list[i].value);
    status = bytes_append(text, line, (size_t)length);
  }
  return status;
}

// What was written is read as every program reads it; what is not legal with the rest is taken back.
static int check_whole(const struct context *ctx, const char *path, const struct bytes *before, bool was_there)
{
  struct error error = {.text = ""};
  struct error again = {.text = ""};
  struct config config;
  if (config_load(ctx->config_path, &error, &config) == STATUS_OK) {
    return EXIT_DONE;
  }
  enum status status = was_there ? host_file_replace(path, before, &again) : host_file_remove(path, &again);
  return fail(EXIT_FAILED, "%s%s%s", error.text, status != STATUS_OK ? "; and " : "", again.text);
}

int settings_file_write(const struct context *ctx, const struct settings_file *file)
{
  struct bytes before CLEANUP(bytes_done) = BYTES_EMPTY;
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  struct error error = {.text = ""};
  char folder[APPLY_PATH_SIZE];
  char path[APPLY_PATH_SIZE];
  int code = path_of(ctx, "", folder);
  code = code != EXIT_DONE ? code : path_of(ctx, "/50-apply.conf", path);
  if (code != EXIT_DONE) {
    return code;
  }
  if (mkdir(folder, 0755) != 0 && errno != EEXIST) {
    return fail(EXIT_FAILED, "%s: %s", folder, strerror(errno));
  }
  enum status there = host_file_read(path, &error, &before);
  enum status status = there == STATUS_OK || there == STATUS_NOT_FOUND ? render(file, &text) : there;
  status = status != STATUS_OK ? status : host_file_replace(path, &text, &error);
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "%s: %s", path, error.text[0] != '\0' ? error.text : status_text(status));
  }
  return check_whole(ctx, path, &before, there == STATUS_OK);
}
