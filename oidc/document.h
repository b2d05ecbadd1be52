// SPDX-License-Identifier: Apache-2.0
// A JSON object from outside (RFC 8259), read strictly: no NUL, no duplicate members, no trailing text, bounded in size
// and depth, well-formed UTF-8; and asked for by exact type: a string is never a boolean, a fraction never an integer.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"

enum {
  DOCUMENT_MAX = 256 * 1024, // bytes of text
  DOCUMENT_DEPTH_MAX = 16,   // arrays and objects inside each other
};

// A value in a document; members and items are borrowed from it.
struct cJSON;

// Makes the JSON libraries wipe what they free. Once, before the first parse.
void document_start_up(void);

// Parses exactly LENGTH bytes, which must be an object, into *RET_DOCUMENT, for document_free(). STATUS_TOO_LARGE,
// STATUS_INVALID, STATUS_NO_MEMORY.
MUST_CHECK enum status document_parse(const void *text, size_t length, struct cJSON **ret_document);

void document_free(struct cJSON *document);

// For CLEANUP().
void document_done(struct cJSON **document);

// The member called NAME, letter case included, or NULL.
const struct cJSON *document_member(const struct cJSON *object, const char *name);

// The same, but NULL also for a null, and where OBJECT is none or NULL.
const struct cJSON *document_value(const struct cJSON *object, const char *name);

// The member called NAME if it is a string, else NULL. Borrowed.
const char *document_string(const struct cJSON *object, const char *name);

// VALUE itself if it is a string, else NULL. Borrowed.
const char *document_text(const struct cJSON *value);

// The member called NAME if it is a number without a fraction between MIN and MAX (within +-2^53). STATUS_NOT_FOUND if
// there is no such member, STATUS_INVALID if it is anything else.
MUST_CHECK enum status document_integer(const struct cJSON *object, const char *name, int64_t min, int64_t max,
                                        int64_t *ret_value);

// The member called NAME if it is a NumericDate (RFC 7519 2) from 1 to MAX_S and what is left of that second: seconds,
// with a fraction or without. Statuses as document_integer().
MUST_CHECK enum status document_date(const struct cJSON *object, const char *name, int64_t max_s, double *ret_date_s);

// True only for the boolean true; for null; for {}; for [].
bool document_is_true(const struct cJSON *value);
bool document_is_null(const struct cJSON *value);
bool document_is_object(const struct cJSON *value);
bool document_is_array(const struct cJSON *value);

// The first member of an object, for document_next(), or NULL; and what a member is called.
const struct cJSON *document_first_member(const struct cJSON *object);
const char *document_name(const struct cJSON *member);

// The items of an array: their number, 0 for anything else; the first one; the one behind ITEM. NULL at the end.
size_t document_count(const struct cJSON *array);
const struct cJSON *document_first(const struct cJSON *array);
const struct cJSON *document_next(const struct cJSON *item);

// True if the array ARRAY holds the string TEXT.
bool document_holds(const struct cJSON *array, const char *text);
