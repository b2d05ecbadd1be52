// SPDX-License-Identifier: Apache-2.0
#include "state/typed_connection.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "ca_file.h"
#include "connection_fields.h"

enum { CONNECTION_KEYS_MAX = 24 };

// What only a document says, besides connection_fields().
static const struct {
  struct json_key key;
  enum option option;
} MORE[] = {
    {{"preset", JSON_TEXT}, OPTION_PRESET},
    {{"host", JSON_TEXT}, OPTION_HOST},
    {{"tenant", JSON_TEXT}, OPTION_TENANT},
    {{"realm", JSON_TEXT}, OPTION_REALM},
    {{"client_secret_file", JSON_TEXT | JSON_NULL}, OPTION_CLIENT_SECRET_FILE},
    {{"private_key_file", JSON_TEXT | JSON_NULL}, OPTION_PRIVATE_KEY_FILE},
    {{"ca_file", JSON_TEXT}, OPTION_CA_FILE},
};

// null is not known.
static const struct json_key SECRET_EXPIRES = {"secret_expires", JSON_TEXT | JSON_NULL};

// Of an org's connection alone.
static const struct json_key OFFLINE = {"offline", JSON_TEXT};

static const struct json_key CA = {"ca", JSON_TEXT | JSON_LINES | JSON_NULL};

// What is stored already need not be typed: a value that a preset has made stays the preset's.
static const char *if_other(const struct connection_field *field, const struct connection *base, bool preset,
                            const cJSON *value)
{
  const char *text = json_text(value);
  bool same = base != NULL && !preset && text != NULL && strcmp(field->text(base), text) == 0;
  return same ? NULL : text;
}

int typed_connection_read(const struct json_place *at, const struct connection *base, struct typed_connection *r)
{
  struct json_key keys[CONNECTION_KEYS_MAX];
  const cJSON *values[CONNECTION_KEYS_MAX];
  size_t count = 0;
  const struct connection_field *fields = connection_fields(&count);
  size_t all = 0;
  for (size_t i = 0; i < COUNT_OF(MORE); i++) {
    keys[all++] = MORE[i].key;
  }
  for (size_t i = 0; i < count; i++) {
    keys[all++] = (struct json_key){fields[i].key, JSON_TEXT};
  }
  keys[all++] = CA;
  bool of_org = strcmp(r->typed.command->noun, "idp") == 0;
  keys[all] = SECRET_EXPIRES;
  keys[all + 1] = OFFLINE;
  values[all] = values[all + 1] = NULL;
  int code = json_object(at, keys, of_org ? all + 2 : all + 1, values);
  if (code != EXIT_DONE) {
    return code;
  }
  for (size_t i = 0; i < COUNT_OF(MORE); i++) {
    r->typed.options[MORE[i].option] = json_text(values[i]);
    r->null_file = cJSON_IsNull(values[i]) ? MORE[i].key.key : r->null_file;
  }
  for (size_t i = 0; i < count; i++) {
    r->typed.options[fields[i].option] =
        if_other(&fields[i], base, r->typed.options[OPTION_PRESET] != NULL, values[COUNT_OF(MORE) + i]);
  }
  r->ca = values[all - 1];
  const char *expiry = cJSON_IsNull(values[all]) ? "" : json_text(values[all]);
  int64_t ahead_s = 0;
  if (expiry != NULL && text_to_duration(expiry, 0, INT64_MAX, &ahead_s) == STATUS_OK) {
    return fail(EXIT_USAGE, "%s.secret_expires: \"%.40s\" is another date each time; a date is legal", at->path,
                expiry);
  }
  r->typed.options[OPTION_SECRET_EXPIRES] = expiry;
  r->typed.options[OPTION_KEEP_OFFLINE] = json_text(values[all + 1]);
  return r->ca != NULL && r->typed.options[OPTION_CA_FILE] != NULL
             ? fail(EXIT_USAGE, "%s: ca and ca_file: one of them is legal", at->path)
             : EXIT_DONE;
}

int typed_take_ca(const struct json_place *at, const cJSON *ca, struct bytes *ca_pem)
{
  struct bytes pem CLEANUP(bytes_done) = BYTES_EMPTY;
  char what[JSON_PATH_SIZE + 8];
  if (ca == NULL) {
    return EXIT_DONE;
  }
  if (cJSON_IsNull(ca)) {
    bytes_done(ca_pem);
    return EXIT_DONE;
  }
  (void)snprintf(what, sizeof what, "%s.ca", at->path);
  enum status status = bytes_append_text(&pem, json_text(ca));
  return status == STATUS_OK ? ca_file_take(what, &pem, ca_pem) : plan_unreadable(status);
}

int typed_check_secret(const struct json_place *at, const struct typed_connection *r, const struct connection *wanted)
{
  bool missing = r->null_file != NULL && wanted->client_secret.length == 0 && wanted->client_auth != CLIENT_AUTH_NONE;
  return missing ? fail(EXIT_USAGE, "%s.%s: is null, and none is stored; the path of a file that holds it is legal",
                        at->path, r->null_file)
                 : EXIT_DONE;
}

int typed_said(const struct json_place *at, int code)
{
  return code == EXIT_DONE ? code : fail(code, "%s: is not legal; nothing was changed", at->path);
}

struct invocation typed_for(const struct plan *plan, const char *noun, const char *verb)
{
  return (struct invocation){.command = command_find(noun, verb), .actor = plan->ctx->in->actor};
}
