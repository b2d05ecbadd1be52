// SPDX-License-Identifier: Apache-2.0
// Reading a JSON document of somebody else's (RFC 8259), strictly: what is not known, is there twice, or is of another
// type is an error that says where and what is legal.
#pragma once
#include <cjson/cJSON.h>
#include <stddef.h>

#include "base/bytes.h"
#include "exit_code.h"

enum { JSON_PATH_SIZE = 160 };

// JSON_LINES: a text that may have line ends in it.
enum json_type { JSON_TEXT = 1, JSON_NUMBER = 2, JSON_LIST = 4, JSON_OBJECT = 8, JSON_NULL = 16, JSON_LINES = 32 };

// A value, and where in the document it is: "orgs[0].members[2]".
struct json_place {
  const cJSON *value;
  char path[JSON_PATH_SIZE];
};

// A member that an object may have.
struct json_key {
  const char *key;
  unsigned types; // of enum json_type, one or several
};

// Parses TEXT, the whole of it, which is called NAME in errors. cJSON_Delete(). EXIT_USAGE: it is no JSON, holds a NUL
// or is nested too deeply.
int json_parse(const char *name, const struct bytes *text, cJSON **ret_json);

// The members of the object at AT, which are among COUNT KEYS, into RET_VALUES by their index; NULL for one that is
// missing. EXIT_USAGE.
int json_object(const struct json_place *at, const struct json_key *keys, size_t count, const cJSON **ret_values);

// Where a member of the object at AT, and an element of the list at AT, is.
struct json_place json_member(const struct json_place *at, const char *key, const cJSON *value);
struct json_place json_element(const struct json_place *at, size_t index, const cJSON *value);

// The text of VALUE; NULL where it is missing or null.
const char *json_text(const cJSON *value);
