// SPDX-License-Identifier: Apache-2.0
// The files that settings are in: config.h.
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/cleanup.h"
#include "base/files.h"
#include "config/config.h"

enum { CONFIG_FILE_MAX = 64 * 1024 };

static char *trim(char *text)
{
  text += strspn(text, " \t\r");
  size_t length = strlen(text);
  while (length > 0 && strchr(" \t\r", text[length - 1]) != NULL) {
    text[--length] = '\0';
  }
  return text;
}

struct place {
  const char *path;
  size_t line;
  struct error *error;
};

static enum status parse_setting(const struct place *place, const char *name, const char *value, struct config *config)
{
  for (size_t i = 0; i < CONFIG_KEY_COUNT; i++) {
    if (strcmp(CONFIG_KEYS[i].name, name) != 0) {
      continue;
    }
    enum status status = CONFIG_KEYS[i].parse(value, config);
    if (status != STATUS_OK) {
      error_set(place->error, "%s:%zu: %s: \"%.200s\" is not %s", place->path, place->line, name, value,
                CONFIG_KEYS[i].legal);
    }
    return status == STATUS_OK ? STATUS_OK : STATUS_INVALID;
  }
  error_set(place->error, "%s:%zu: \"%.100s\" is not a setting; see ssoorg.conf(5)", place->path, place->line, name);
  return STATUS_INVALID;
}

static enum status parse_line(const struct place *place, char *line, struct config *config)
{
  char *text = trim(line);
  char *equals = strchr(text, '=');
  if (*text == '\0' || *text == '#') {
    return STATUS_OK;
  }
  if (equals == NULL) {
    error_set(place->error, "%s:%zu: \"%.100s\" is not of the form KEY = VALUE", place->path, place->line, text);
    return STATUS_INVALID;
  }
  *equals = '\0';
  return parse_setting(place, trim(text), trim(equals + 1), config);
}

static enum status load_file(const char *path, struct error *error, struct config *config)
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  struct place place = {path, 0, error};
  enum status status = file_read_trusted(path, CONFIG_FILE_MAX, error, &text);
  if (status != STATUS_OK) {
    return status;
  }
  if (memchr(text.data, '\0', text.length) != NULL) {
    error_set(error, "%s:1: holds a NUL byte", path);
    return STATUS_INVALID;
  }
  char *rest = text.data;
  for (char *line = strsep(&rest, "\n"); line != NULL && status == STATUS_OK; line = strsep(&rest, "\n")) {
    place.line++;
    status = parse_line(&place, line, config);
  }
  return status;
}

static int is_conf(const struct dirent *entry)
{
  size_t length = strlen(entry->d_name);
  return length > 5 && entry->d_name[0] != '.' && strcmp(entry->d_name + length - 5, ".conf") == 0;
}

static enum status load_directory(const char *dir, struct error *error, struct config *config)
{
  struct dirent **entries = NULL;
  int count = scandir(dir, &entries, is_conf, alphasort);
  enum status status = STATUS_OK;
  if (count < 0 && errno != ENOENT) {
    error_set(error, "%s: %s", dir, strerror(errno));
    return STATUS_IO;
  }
  for (int i = 0; i < count; i++) {
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%s", dir, entries[i]->d_name);
    if (status == STATUS_OK) {
      status = length < (int)sizeof path ? load_file(path, error, config) : STATUS_TOO_LARGE;
    }
    free(entries[i]);
  }
  free(entries);
  return status;
}

enum status config_load(const char *path, struct error *error, struct config *ret_config)
{
  struct config config;
  char dir[PATH_MAX];
  config_init(&config);
  if (snprintf(dir, sizeof dir, "%s.d", path) >= (int)sizeof dir) {
    return STATUS_TOO_LARGE;
  }
  enum status status = load_file(path, error, &config);
  if (status != STATUS_OK) {
    return status;
  }
  status = load_directory(dir, error, &config);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_config = config;
  return STATUS_OK;
}
