// SPDX-License-Identifier: Apache-2.0
#include "state/read_json.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { DEPTH_MAX = 12, LEGAL_SIZE = 768, TYPES_SIZE = 96 };

// What cJSON would take and nobody should: NUL, raw or escaped, which would cut a string, and depth without end.
struct scan {
  size_t line;
  int depth;
  bool in_string;
  const char *objection;
};

static void scan_in_string(struct scan *s, const struct bytes *text, size_t *at)
{
  const char *here = text->data + *at;
  if (*here == '"') {
    s->in_string = false;
  } else if (*here == '\\') {
    bool nul = text->length - *at >= 6 && memcmp(here, "\\u0000", 6) == 0;
    s->objection = nul ? "holds a NUL (\\u0000)" : s->objection;
    (*at)++;
  }
}

static void scan_outside(struct scan *s, char here)
{
  s->in_string = here == '"';
  s->line += here == '\n';
  s->depth += (here == '{' || here == '[') - (here == '}' || here == ']');
  if (s->depth > DEPTH_MAX) {
    s->objection = "is nested too deeply";
  }
}

static struct scan scan(const struct bytes *text)
{
  struct scan s = {.line = 1};
  for (size_t i = 0; i < text->length && s.objection == NULL; i++) {
    if (text->data[i] == '\0') {
      s.objection = "holds a NUL byte";
    } else if (s.in_string) {
      scan_in_string(&s, text, &i);
    } else {
      scan_outside(&s, text->data[i]);
    }
  }
  return s;
}

static size_t line_of(const char *text, const char *end)
{
  size_t line = 1;
  for (const char *at = text; at < end && *at != '\0'; at++) {
    line += *at == '\n';
  }
  return line;
}

int json_parse(const char *name, const struct bytes *text, cJSON **ret_json)
{
  const char *end = NULL;
  const struct scan s = scan(text);
  if (s.objection != NULL) {
    return fail(EXIT_USAGE, "%s:%zu: %s", name, s.line, s.objection);
  }
  cJSON *json = cJSON_ParseWithOpts(bytes_text(text), &end, 1);
  if (json == NULL) {
    return fail(EXIT_USAGE, "%s:%zu: is not JSON (RFC 8259)", name, end != NULL ? line_of(bytes_text(text), end) : 1);
  }
  *ret_json = json;
  return EXIT_DONE;
}

static unsigned type_of(const cJSON *value)
{
  return cJSON_IsString(value)   ? JSON_TEXT
         : cJSON_IsNumber(value) ? JSON_NUMBER
         : cJSON_IsArray(value)  ? JSON_LIST
         : cJSON_IsObject(value) ? JSON_OBJECT
         : cJSON_IsNull(value)   ? JSON_NULL
                                 : 0;
}

static const char *type_words(unsigned types, char words[static TYPES_SIZE])
{
  static const struct {
    unsigned type;
    const char *word;
  } WORDS[] = {{JSON_TEXT, "a string"},
               {JSON_NUMBER, "a number"},
               {JSON_LIST, "an array"},
               {JSON_OBJECT, "an object"},
               {JSON_NULL, "null"}};
  words[0] = '\0';
  for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
    if ((types & WORDS[i].type) != 0) {
      size_t used = strlen(words);
      (void)snprintf(words + used, TYPES_SIZE - used, "%s%s", used > 0 ? " or " : "", WORDS[i].word);
    }
  }
  return words;
}

// The path as the beginning of a sentence about what is below it.
static const char *dot(const struct json_place *at)
{
  return at->path[0] != '\0' ? "." : "";
}

static int refuse_key(const struct json_place *at, const char *key, const struct json_key *keys, size_t count)
{
  char legal[LEGAL_SIZE] = "";
  for (size_t i = 0; i < count; i++) {
    size_t used = strlen(legal);
    (void)snprintf(legal + used, sizeof legal - used, "%s%s", i > 0 ? ", " : "", keys[i].key);
  }
  return fail(EXIT_USAGE, "%s%s%.60s: is not known; legal are %s", at->path, dot(at), key, legal);
}

static int take_member(const struct json_place *at, const cJSON *member, const struct json_key *key,
                       const cJSON **ret_value)
{
  char words[TYPES_SIZE];
  if (*ret_value != NULL) {
    return fail(EXIT_USAGE, "%s%s%s: is there twice", at->path, dot(at), key->key);
  }
  if ((type_of(member) & key->types) == 0) {
    return fail(EXIT_USAGE, "%s%s%s: is not %s", at->path, dot(at), key->key, type_words(key->types, words));
  }
  const char *text = (key->types & JSON_LINES) == 0 ? json_text(member) : NULL;
  if (text != NULL && !text_is_clean(text, strlen(text))) {
    return fail(EXIT_USAGE, "%s%s%s: is not UTF-8 without control characters", at->path, dot(at), key->key);
  }
  *ret_value = member;
  return EXIT_DONE;
}

int json_object(const struct json_place *at, const struct json_key *keys, size_t count, const cJSON **ret_values)
{
  const cJSON *member = NULL;
  memset(ret_values, 0, count * sizeof(const cJSON *));
  if (!cJSON_IsObject(at->value)) {
    return fail(EXIT_USAGE, "%s: is not an object", at->path[0] != '\0' ? at->path : "the document");
  }
  cJSON_ArrayForEach(member, at->value)
  {
    size_t i = 0;
    while (i < count && strcmp(keys[i].key, member->string) != 0) {
      i++;
    }
    int code =
        i == count ? refuse_key(at, member->string, keys, count) : take_member(at, member, &keys[i], &ret_values[i]);
    if (code != EXIT_DONE) {
      return code;
    }
  }
  return EXIT_DONE;
}

struct json_place json_member(const struct json_place *at, const char *key, const cJSON *value)
{
  struct json_place place = {.value = value};
  (void)snprintf(place.path, sizeof place.path, "%.100s%s%.50s", at->path, dot(at), key);
  return place;
}

struct json_place json_element(const struct json_place *at, size_t index, const cJSON *value)
{
  struct json_place place = {.value = value};
  (void)snprintf(place.path, sizeof place.path, "%.130s[%zu]", at->path, index);
  return place;
}

const char *json_text(const cJSON *value)
{
  return cJSON_GetStringValue(value);
}
