// SPDX-License-Identifier: Apache-2.0
#include "document.h"

#include <cjson/cJSON.h>
#include <jansson.h>
#include <string.h>

#include "base/cleanup.h"
#include "memory.h"

// Beyond this a double no longer tells neighbouring integers apart.
static const int64_t EXACT_MAX = INT64_C(1) << 53;

static void cleanup_json(json_t **json)
{
  if (*json != NULL) {
    json_decref(*json);
  }
}

static void cleanup_text(char **text)
{
  memory_free(*text);
}

void document_start_up(void)
{
  cJSON_Hooks hooks = {.malloc_fn = memory_alloc, .free_fn = memory_free};
  cJSON_InitHooks(&hooks);
  json_set_alloc_funcs(memory_alloc, memory_free);
}

// Both parsers recurse, so the depth is bounded before either sees the text.
static bool is_too_deep(const char *text, size_t length)
{
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < length; i++) {
    char c = text[i];
    if (c == '"') {
      in_string = !in_string;
    } else if (in_string) {
      i += c == '\\';
    } else {
      depth += (c == '{' || c == '[') - (c == '}' || c == ']');
    }
    if (depth > DOCUMENT_DEPTH_MAX) {
      return true;
    }
  }
  return false;
}

// cJSON cuts strings at \u0000, lets duplicates and bad UTF-8 pass and takes its numbers lightly; jansson refuses all
// that, so cJSON is given only what jansson wrote.
static enum status decode_strictly(const char *text, size_t length, char **ret_text)
{
  json_error_t error;
  json_t *json CLEANUP(cleanup_json) = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
  if (json == NULL) {
    return json_error_code(&error) == json_error_out_of_memory ? STATUS_NO_MEMORY : STATUS_INVALID;
  }
  if (!json_is_object(json)) {
    return STATUS_INVALID;
  }
  char *encoded = json_dumps(json, JSON_COMPACT);
  if (encoded == NULL) {
    return STATUS_NO_MEMORY;
  }
  *ret_text = encoded;
  return STATUS_OK;
}

enum status document_parse(const void *text, size_t length, struct cJSON **ret_document)
{
  if (length > DOCUMENT_MAX) {
    return STATUS_TOO_LARGE;
  }
  if (length == 0 || memchr(text, '\0', length) != NULL || is_too_deep(text, length)) {
    return STATUS_INVALID;
  }
  char *encoded CLEANUP(cleanup_text) = NULL;
  enum status status = decode_strictly(text, length, &encoded);
  if (status != STATUS_OK) {
    return status;
  }
  struct cJSON *document = cJSON_ParseWithOpts(encoded, NULL, 1);
  if (document == NULL) {
    return STATUS_NO_MEMORY;
  }
  *ret_document = document;
  return STATUS_OK;
}

void document_free(struct cJSON *document)
{
  cJSON_Delete(document);
}

void document_done(struct cJSON **document)
{
  cJSON_Delete(*document);
  *document = NULL;
}

const struct cJSON *document_member(const struct cJSON *object, const char *name)
{
  return cJSON_GetObjectItemCaseSensitive(object, name);
}

const struct cJSON *document_value(const struct cJSON *object, const char *name)
{
  const struct cJSON *member = cJSON_IsObject(object) ? document_member(object, name) : NULL;
  return cJSON_IsNull(member) ? NULL : member;
}

const char *document_text(const struct cJSON *value)
{
  return cJSON_IsString(value) ? value->valuestring : NULL;
}

const char *document_string(const struct cJSON *object, const char *name)
{
  return document_text(document_member(object, name));
}

enum status document_integer(const struct cJSON *object, const char *name, int64_t min, int64_t max, int64_t *ret_value)
{
  const struct cJSON *member = document_member(object, name);
  if (member == NULL) {
    return STATUS_NOT_FOUND;
  }
  if (!cJSON_IsNumber(member)) {
    return STATUS_INVALID;
  }
  double number = member->valuedouble;
  // Written so that NaN fails as well; the range comes before the conversion, which is undefined outside of it.
  if (!(number >= (double)-EXACT_MAX && number <= (double)EXACT_MAX)) {
    return STATUS_INVALID;
  }
  int64_t value = (int64_t)number;
  if (number - (double)value > 0 || number - (double)value < 0 || value < min || value > max) {
    return STATUS_INVALID;
  }
  *ret_value = value;
  return STATUS_OK;
}

enum status document_date(const struct cJSON *object, const char *name, int64_t max_s, double *ret_date_s)
{
  const struct cJSON *member = document_member(object, name);
  if (member == NULL) {
    return STATUS_NOT_FOUND;
  }
  // Written so that NaN fails as well.
  if (!cJSON_IsNumber(member) || !(member->valuedouble >= 1 && member->valuedouble < (double)max_s + 1)) {
    return STATUS_INVALID;
  }
  *ret_date_s = member->valuedouble;
  return STATUS_OK;
}

bool document_is_true(const struct cJSON *value)
{
  return cJSON_IsTrue(value);
}

bool document_is_null(const struct cJSON *value)
{
  return cJSON_IsNull(value);
}

bool document_is_object(const struct cJSON *value)
{
  return cJSON_IsObject(value);
}

bool document_is_array(const struct cJSON *value)
{
  return cJSON_IsArray(value);
}

const struct cJSON *document_first_member(const struct cJSON *object)
{
  return cJSON_IsObject(object) ? object->child : NULL;
}

const char *document_name(const struct cJSON *member)
{
  return member->string;
}

size_t document_count(const struct cJSON *array)
{
  return cJSON_IsArray(array) ? (size_t)cJSON_GetArraySize(array) : 0;
}

const struct cJSON *document_first(const struct cJSON *array)
{
  return cJSON_IsArray(array) ? array->child : NULL;
}

const struct cJSON *document_next(const struct cJSON *item)
{
  return item->next;
}

bool document_holds(const struct cJSON *array, const char *text)
{
  for (const struct cJSON *item = document_first(array); item != NULL; item = document_next(item)) {
    const char *found = document_text(item);
    if (found != NULL && strcmp(found, text) == 0) {
      return true;
    }
  }
  return false;
}
