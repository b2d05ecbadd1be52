// SPDX-License-Identifier: Apache-2.0
#include "txt_answer.h"

#include <ares.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/endian.h"
#include "base/text.h"

enum {
  HEADER_SIZE = 12,
  FIXED_SIZE = 10, // of a record, behind its name
  LABEL_MAX = 63,
  TYPE_CNAME = 5,
  TYPE_TXT = 16,
  CLASS_IN = 1,
  FLAG_ANSWER = 0x8000,
  FLAG_CUT = 0x0200,
  OPCODE_MASK = 0x7800,
  RCODE_MASK = 0x000f,
  RCODE_OK = 0,
  RCODE_NO_NAME = 3,
};

static const char *const RCODES[] = {"NOERROR",  "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED",
                                     "YXDOMAIN", "YXRRSET", "NXRRSET",  "NOTAUTH",  "NOTZONE"};

struct message {
  const unsigned char *data;
  size_t length;
  size_t answers; // where they begin
  unsigned count; // of them
};

struct resource {
  char owner[PROTOCOL_NAME_SIZE];
  unsigned type;
  unsigned class;
  size_t data; // where it begins, and how long it is
  size_t length;
};

static unsigned get_u16(const struct message *m, size_t at)
{
  return (unsigned)m->data[at] << 8 | m->data[at + 1];
}

static void free_name(char **name)
{
  ares_free_string(*name);
}

// The name at *AT, pointers followed (RFC 1035 4.1.4); moves *AT behind it.
static bool get_name(const struct message *m, size_t *at, char name[static PROTOCOL_NAME_SIZE])
{
  char *text CLEANUP(free_name) = NULL;
  long used = 0;
  if (*at >= m->length || ares_expand_name(m->data + *at, m->data, (int)m->length, &text, &used) != ARES_SUCCESS) {
    return false;
  }
  *at += (size_t)used;
  return text_copy(text, name, PROTOCOL_NAME_SIZE) == STATUS_OK;
}

static bool get_resource(const struct message *m, size_t *at, struct resource *ret_resource)
{
  if (!get_name(m, at, ret_resource->owner) || m->length - *at < FIXED_SIZE) {
    return false;
  }
  ret_resource->type = get_u16(m, *at);
  ret_resource->class = get_u16(m, *at + 2);
  ret_resource->length = get_u16(m, *at + FIXED_SIZE - 2);
  ret_resource->data = *at + FIXED_SIZE;
  *at = ret_resource->data + ret_resource->length;
  return *at <= m->length;
}

// Header and question: the answer to what was asked, whole (RFC 1035 4.1.1, 4.1.2).
static bool open_message(struct message *m, const char *name)
{
  char asked[PROTOCOL_NAME_SIZE];
  size_t at = HEADER_SIZE;
  if (m->length < HEADER_SIZE || m->length > UINT16_MAX) {
    return false;
  }
  unsigned flags = get_u16(m, 2);
  bool answer = (flags & (FLAG_ANSWER | FLAG_CUT | OPCODE_MASK)) == FLAG_ANSWER && get_u16(m, 4) == 1;
  if (!answer || !get_name(m, &at, asked) || m->length - at < 4 || strcasecmp(asked, name) != 0) {
    return false;
  }
  m->answers = at + 4;
  m->count = get_u16(m, 6);
  return get_u16(m, at) == TYPE_TXT && get_u16(m, at + 2) == CLASS_IN;
}

static bool is_of(const struct resource *resource, const char *name, unsigned type)
{
  return resource->type == type && resource->class == CLASS_IN && strcasecmp(resource->owner, name) == 0;
}

// Appends the value, its strings joined, behind its length. STATUS_INVALID if they do not fill it exactly.
static enum status add_value(const struct message *m, const struct resource *resource, struct bytes *list)
{
  const unsigned char *data = m->data + resource->data;
  unsigned char size[2] = {0};
  size_t head = list->length;
  enum status status = bytes_append(list, size, sizeof size);
  for (size_t at = 0; status == STATUS_OK && at < resource->length; at += 1U + data[at]) {
    status = data[at] < resource->length - at ? bytes_append(list, data + at + 1, data[at]) : STATUS_INVALID;
  }
  if (status == STATUS_OK) {
    size_t length = list->length - head - sizeof size;
    list->data[head] = (char)(length & 0xff);
    list->data[head + 1] = (char)(length >> 8);
  }
  return resource->length == 0 ? STATUS_INVALID : status;
}

// What the answer section holds of NAME: its values, or the name it is an alias of.
static enum status collect(const struct message *m, const char *name, struct bytes *list, char *ret_alias)
{
  struct resource resource;
  enum status status = STATUS_OK;
  size_t at = m->answers;
  for (unsigned i = 0; status == STATUS_OK && i < m->count; i++) {
    if (!get_resource(m, &at, &resource)) {
      return STATUS_INVALID;
    }
    if (is_of(&resource, name, TYPE_TXT)) {
      status = add_value(m, &resource, list);
    } else if (is_of(&resource, name, TYPE_CNAME)) {
      size_t target = resource.data;
      bool legal = get_name(m, &target, ret_alias) && target == at && txt_name_is_legal(ret_alias);
      status = legal ? STATUS_OK : STATUS_INVALID;
    }
  }
  return status;
}

bool txt_name_is_legal(const char *name)
{
  static const char LEGAL[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  size_t whole = strlen(name);
  for (const char *at = name; whole < PROTOCOL_NAME_SIZE - 2; at++) {
    size_t length = strspn(at, LEGAL);
    if (length == 0 || length > LABEL_MAX || (at[length] != '.' && at[length] != '\0')) {
      return false;
    }
    at += length;
    if (*at == '\0') {
      return true;
    }
  }
  return false;
}

static enum status close_with(struct txt_answer *answer, enum lookup lookup, const char *detail)
{
  answer->texts.lookup = (uint8_t)lookup;
  answer->next[0] = '\0';
  if (lookup != LOOKUP_TEXTS) {
    bytes_done(&answer->texts.list);
  }
  return text_copy(detail, answer->texts.detail, sizeof answer->texts.detail);
}

static enum status read_names(const struct message *m, const char *name, unsigned aliases_max,
                              struct txt_answer *answer)
{
  char current[PROTOCOL_NAME_SIZE];
  enum status status = text_copy(name, current, sizeof current);
  while (status == STATUS_OK) {
    char alias[PROTOCOL_NAME_SIZE] = "";
    status = collect(m, current, &answer->texts.list, alias);
    if (status == STATUS_OK && answer->texts.list.length > 0) {
      return close_with(answer, LOOKUP_TEXTS, "NOERROR");
    }
    if (status != STATUS_OK || alias[0] == '\0') {
      break;
    }
    memcpy(current, alias, sizeof current);
    if (++answer->aliases > aliases_max) {
      return close_with(answer, LOOKUP_SERVER, "too many aliases (CNAME), or a circle of them");
    }
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (answer->aliases > 0) {
    memcpy(answer->next, current, sizeof answer->next);
    return STATUS_OK;
  }
  return close_with(answer, LOOKUP_NO_TXT, "NOERROR");
}

enum status txt_answer_read(const void *data, size_t length, const char *name, unsigned aliases_max,
                            struct txt_answer *ret_answer)
{
  struct message m = {.data = data, .length = length};
  if (!open_message(&m, name)) {
    return close_with(ret_answer, LOOKUP_SERVER, "an answer that is not well formed");
  }
  unsigned rcode = get_u16(&m, 2) & RCODE_MASK;
  if (rcode == RCODE_NO_NAME) {
    return close_with(ret_answer, LOOKUP_NO_NAME, RCODES[rcode]);
  }
  if (rcode != RCODE_OK) {
    return close_with(ret_answer, LOOKUP_SERVER, rcode < COUNT_OF(RCODES) ? RCODES[rcode] : "an unknown error");
  }
  enum status status = read_names(&m, name, aliases_max, ret_answer);
  return status != STATUS_INVALID ? status : close_with(ret_answer, LOOKUP_SERVER, "an answer that is not well formed");
}
