// SPDX-License-Identifier: Apache-2.0
#include "fleet/bundle.h"

#include <cjson/cJSON.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "ca_file.h"
#include "context.h"
#include "fleet/hosts.h"
#include "state/read_json.h"

enum key {
  KEY_FORMAT,
  KEY_HOST,
  KEY_ENGINES,
  KEY_DATABASE,
  KEY_LOGIN,
  KEY_PASSWORD,
  KEY_CA,
  KEY_ADMIN,
  KEY_ADMINS,
  KEY_COUNT
};

static const struct json_key KEYS[KEY_COUNT] = {
    [KEY_FORMAT] = {"ssoorg-fleet", JSON_NUMBER},
    [KEY_HOST] = {"host", JSON_TEXT},
    [KEY_ENGINES] = {"engines", JSON_TEXT},
    [KEY_DATABASE] = {"database", JSON_TEXT},
    [KEY_LOGIN] = {"login", JSON_TEXT},
    [KEY_PASSWORD] = {"password", JSON_TEXT},
    [KEY_CA] = {"ca", JSON_TEXT | JSON_LINES | JSON_NULL},
    [KEY_ADMIN] = {"admin", JSON_NUMBER},
    [KEY_ADMINS] = {"admins", JSON_TEXT},
};

static void cleanup_json(cJSON **json)
{
  cJSON_Delete(*json);
}

bool bundle_is_host(const char *name)
{
  static const char INNER[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";
  size_t length = strlen(name);
  return length > 0 && length <= BUNDLE_HOST_MAX && strspn(name, INNER) == length && strchr(".-", name[0]) == NULL;
}

static bool fill(cJSON *json, const struct fleet_join *join)
{
  const char *ca = join->ca_pem.length > 0 ? bytes_text(&join->ca_pem) : NULL;
  cJSON *ca_value = ca != NULL ? cJSON_CreateString(ca) : cJSON_CreateNull();
  return cJSON_AddNumberToObject(json, KEYS[KEY_FORMAT].key, BUNDLE_FORMAT) != NULL &&
         cJSON_AddStringToObject(json, KEYS[KEY_HOST].key, join->host) != NULL &&
         cJSON_AddStringToObject(json, KEYS[KEY_ENGINES].key, join->engines) != NULL &&
         cJSON_AddStringToObject(json, KEYS[KEY_DATABASE].key, join->database) != NULL &&
         cJSON_AddStringToObject(json, KEYS[KEY_LOGIN].key, join->login) != NULL &&
         cJSON_AddStringToObject(json, KEYS[KEY_PASSWORD].key, bytes_text(&join->password)) != NULL &&
         cJSON_AddItemToObject(json, KEYS[KEY_CA].key, ca_value) &&
         cJSON_AddNumberToObject(json, KEYS[KEY_ADMIN].key, join->admin) != NULL &&
         cJSON_AddStringToObject(json, KEYS[KEY_ADMINS].key, join->admins) != NULL;
}

int bundle_write(int fd, const char *path, const struct fleet_join *join)
{
  cJSON *json CLEANUP(cleanup_json) = cJSON_CreateObject();
  char *text = json != NULL && fill(json, join) ? cJSON_Print(json) : NULL;
  if (text == NULL) {
    return fail(EXIT_FAILED, "%s: %s", path, status_text(STATUS_NO_MEMORY));
  }
  enum status status = file_write_all(fd, text, strlen(text));
  status = status != STATUS_OK ? status : file_write_all(fd, "\n", 1);
  explicit_bzero(text, strlen(text));
  cJSON_free(text);
  return status == STATUS_OK ? EXIT_DONE : fail(EXIT_FAILED, "%s: cannot be written: %s", path, status_text(status));
}

static int take_text(const char *path, const cJSON *const values[static KEY_COUNT], enum key key, char *to, size_t size)
{
  const char *text = json_text(values[key]);
  if (text == NULL || text_copy(text, to, size) != STATUS_OK || !text_is_clean(to, strlen(to))) {
    return fail(EXIT_USAGE, "%s: \"%s\": must be there, with at most %zu printable characters", path, KEYS[key].key,
                size - 1);
  }
  return EXIT_DONE;
}

static int take_texts(const char *path, const cJSON *const values[static KEY_COUNT], struct fleet_join *join)
{
  int code = take_text(path, values, KEY_HOST, join->host, sizeof join->host);
  code = code != EXIT_DONE ? code : take_text(path, values, KEY_ENGINES, join->engines, sizeof join->engines);
  code = code != EXIT_DONE ? code : take_text(path, values, KEY_DATABASE, join->database, sizeof join->database);
  code = code != EXIT_DONE ? code : take_text(path, values, KEY_LOGIN, join->login, sizeof join->login);
  return code != EXIT_DONE ? code : take_text(path, values, KEY_ADMINS, join->admins, sizeof join->admins);
}

static int take_secrets(const char *path, const cJSON *const values[static KEY_COUNT], struct fleet_join *join)
{
  struct bytes pem CLEANUP(bytes_done) = BYTES_EMPTY;
  const char *password = json_text(values[KEY_PASSWORD]);
  const char *ca = json_text(values[KEY_CA]);
  if (password == NULL || password[0] == '\0' || strlen(password) > PROTOCOL_SECRET_MAX) {
    return fail(EXIT_USAGE, "%s: \"%s\": must be there, with at most %d characters", path, KEYS[KEY_PASSWORD].key,
                PROTOCOL_SECRET_MAX);
  }
  enum status status = bytes_append(&join->password, password, strlen(password));
  status = status != STATUS_OK || ca == NULL ? status : bytes_append(&pem, ca, strlen(ca));
  if (status != STATUS_OK) {
    return fail(EXIT_FAILED, "%s: %s", path, status_text(status));
  }
  return ca != NULL ? ca_file_take(path, &pem, &join->ca_pem) : EXIT_DONE;
}

static int take(const char *path, const cJSON *const values[static KEY_COUNT], struct fleet_join *join)
{
  struct fleet_hosts hosts;
  int code = take_texts(path, values, join);
  code = code != EXIT_DONE ? code : take_secrets(path, values, join);
  if (code != EXIT_DONE) {
    return code;
  }
  join->admin = values[KEY_ADMIN] != NULL && values[KEY_ADMIN]->valueint == 1 ? 1 : 0;
  bool legal = bundle_is_host(join->host) && fleet_hosts_parse(join->engines, &hosts) == STATUS_OK;
  return legal ? EXIT_DONE
               : fail(EXIT_USAGE, "%s: \"host\" or \"engines\": is not what 'ssoctl fleet add' writes", path);
}

int bundle_read(const char *path, struct fleet_join *ret_join)
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  cJSON *json CLEANUP(cleanup_json) = NULL;
  const cJSON *values[KEY_COUNT] = {NULL};
  int code = context_read_file(path, BUNDLE_MAX, &text);
  code = code != EXIT_DONE ? code : json_parse(path, &text, &json);
  if (code != EXIT_DONE) {
    return code;
  }
  const struct json_place top = {.value = json, .path = ""};
  code = json_object(&top, KEYS, KEY_COUNT, values);
  if (code != EXIT_DONE) {
    return code;
  }
  if (values[KEY_FORMAT] == NULL || values[KEY_FORMAT]->valueint != BUNDLE_FORMAT) {
    return fail(EXIT_USAGE, "%s: is no bundle of 'ssoctl fleet add', or of a newer version of it", path);
  }
  return take(path, values, ret_join);
}
