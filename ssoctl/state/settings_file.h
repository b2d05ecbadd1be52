// SPDX-License-Identifier: Apache-2.0
// The host's settings that 'ssoctl apply' sets: /etc/ssoorg/ssoorg.conf.d/50-apply.conf, which is its own.
#pragma once
#include <stdbool.h>

#include "context.h"

enum { SETTINGS_FILE_MAX = 64, SETTINGS_KEY_SIZE = 40, SETTINGS_VALUE_SIZE = 512 };

struct settings_file_value {
  char key[SETTINGS_KEY_SIZE];
  char value[SETTINGS_VALUE_SIZE];
};

// In the order of the keys.
struct settings_file {
  struct settings_file_value list[SETTINGS_FILE_MAX];
  size_t count;
};

// What there is; nothing where there is no such file. An exit code, with the error on standard error.
int settings_file_read(const struct context *ctx, struct settings_file *ret_file);

// The value of KEY, NULL for none.
const char *settings_file_get(const struct settings_file *file, const char *key);

// Sets KEY to VALUE, or removes it where VALUE is NULL. EXIT_USAGE where it is no setting or no legal value: the error,
// which begins with WHERE, says what is legal.
int settings_file_set(struct settings_file *file, const char *where, const char *key, const char *value);

// Puts FILE in place at once, after all settings of the host were read with it as they will be. An exit code.
int settings_file_write(const struct context *ctx, const struct settings_file *file);
