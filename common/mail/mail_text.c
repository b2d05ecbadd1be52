// SPDX-License-Identifier: Apache-2.0
#include "mail/mail_text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"
#include "template_text.h"

enum { TEMPLATE_MAX = 12 * 1024, VALUE_SIZE = 1024, NAME_SIZE = 16 };

static const char COMMENT = '#';
static const char SUBJECT[] = "Subject: ";

enum said {
  SAID_HOST,
  SAID_ORG,
  SAID_LOGIN,
  SAID_ADDRESS,
  SAID_CODE,
  SAID_MINUTES,
  SAID_ROLE,
  SAID_EXPIRES,
  SAID_PEOPLE
};

static const struct {
  const char *name;
  size_t offset;
} FIELDS[] = {
    [SAID_HOST] = {"host", offsetof(struct mail_said, host)},
    [SAID_ORG] = {"org", offsetof(struct mail_said, org)},
    [SAID_LOGIN] = {"login", offsetof(struct mail_said, login)},
    [SAID_ADDRESS] = {"address", offsetof(struct mail_said, address)},
    [SAID_CODE] = {"code", offsetof(struct mail_said, code)},
    [SAID_MINUTES] = {"minutes", offsetof(struct mail_said, minutes)},
    [SAID_ROLE] = {"role", offsetof(struct mail_said, role)},
    [SAID_EXPIRES] = {"expires", offsetof(struct mail_said, expires)},
    [SAID_PEOPLE] = {"people", offsetof(struct mail_said, people)},
};

#define BIT(field) (1U << (field))

static const struct {
  const char *name;
  unsigned fields; // BIT()s of those that it takes
  const char *legal;
} PARTS[MAIL_PART_COUNT] = {
    [MAIL_CODE] = {"code",
                   BIT(SAID_HOST) | BIT(SAID_ORG) | BIT(SAID_LOGIN) | BIT(SAID_ADDRESS) | BIT(SAID_CODE) |
                       BIT(SAID_MINUTES),
                   "host, org, login, address, code and minutes"},
    [MAIL_INVITATION] = {"invitation",
                         BIT(SAID_HOST) | BIT(SAID_ORG) | BIT(SAID_LOGIN) | BIT(SAID_CODE) | BIT(SAID_ROLE) |
                             BIT(SAID_EXPIRES),
                         "host, org, login, code, role and expires"},
    [MAIL_MEMBER] = {"member", BIT(SAID_HOST) | BIT(SAID_ORG) | BIT(SAID_LOGIN) | BIT(SAID_ROLE) | BIT(SAID_EXPIRES),
                     "host, org, login, role and expires"},
    [MAIL_TEST] = {"test", BIT(SAID_HOST), "host"},
    [MAIL_GONE] = {"gone", BIT(SAID_HOST) | BIT(SAID_ORG) | BIT(SAID_PEOPLE), "host, org and people"},
};

void mail_text_done(struct mail_text *mail)
{
  bytes_done(&mail->text);
  explicit_bzero(mail->subject, sizeof mail->subject);
}

// A template being read: PART is what it is in, MAIL where the wanted part goes.
struct reading {
  const char *path;
  size_t line;
  struct error *error;
  enum mail_part part; // MAIL_PART_COUNT: before the first
  enum mail_part wanted;
  const struct mail_said *said; // NULL: it is only checked
  bool has_subject;
  bool has_code;
  bool found;
  size_t blank; // lines that are empty so far, and wait for one that is not
  struct mail_text *mail;
};

static enum status refuse(const struct reading *r, const char *what, const char *text, const char *legal)
{
  error_set(r->error, "%s:%zu: %s \"%.40s\": %s", r->path, r->line, what, text, legal);
  return STATUS_INVALID;
}

static bool find_field(const struct reading *r, const char *name, size_t length, size_t *ret_field)
{
  for (size_t i = 0; i < COUNT_OF(FIELDS); i++) {
    if (strlen(FIELDS[i].name) == length && memcmp(FIELDS[i].name, name, length) == 0) {
      *ret_field = i;
      return (PARTS[r->part].fields & BIT(i)) != 0;
    }
  }
  return false;
}

static const char *value_of(const struct mail_said *said, size_t field)
{
  const char *const *at = (const void *)((const char *)said + FIELDS[field].offset);
  return *at != NULL ? *at : "";
}

static enum status append_value(const char *value, struct bytes *out)
{
  char escaped[VALUE_SIZE];
  if (text_is_clean(value, strlen(value))) {
    return bytes_append_text(out, value);
  }
  text_escape(value, strlen(value), escaped, sizeof escaped);
  enum status status = bytes_append_text(out, escaped);
  explicit_bzero(escaped, sizeof escaped);
  return status;
}

// What stands in braces at *AT, which goes on behind it.
static enum status fill_field(struct reading *r, const char **at, struct bytes *out, bool *ret_empty)
{
  char name[NAME_SIZE] = "";
  size_t field = 0;
  const char *end = strchr(*at, '}');
  size_t length = end != NULL ? (size_t)(end - *at - 1) : strlen(*at + 1);
  (void)snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name), *at + 1);
  if (end == NULL || !find_field(r, *at + 1, length, &field)) {
    return refuse(r, "field", name, PARTS[r->part].legal);
  }
  *at = end + 1;
  r->has_code = r->has_code || field == SAID_CODE;
  if (r->said == NULL) {
    return STATUS_OK;
  }
  const char *value = value_of(r->said, field);
  *ret_empty = *ret_empty || value[0] == '\0';
  return append_value(value, out);
}

static enum status fill_line(struct reading *r, const char *line, struct bytes *out, bool *ret_empty)
{
  enum status status = STATUS_OK;
  *ret_empty = false;
  while (status == STATUS_OK && *line != '\0') {
    size_t plain = strcspn(line, "{");
    status = bytes_append(out, line, plain);
    line += plain;
    if (status != STATUS_OK || *line == '\0') {
      break;
    }
    if (line[1] == '{') {
      status = bytes_append_text(out, "{");
      line += 2;
    } else {
      status = fill_field(r, &line, out, ret_empty);
    }
  }
  return status;
}

static enum status end_part(const struct reading *r)
{
  if (r->part == MAIL_PART_COUNT) {
    return STATUS_OK;
  }
  if (!r->has_subject) {
    return refuse(r, "part", PARTS[r->part].name, "its first line must be a Subject");
  }
  bool needs_code = r->part == MAIL_CODE || r->part == MAIL_INVITATION;
  return needs_code && !r->has_code ? refuse(r, "part", PARTS[r->part].name, "must say {code}") : STATUS_OK;
}

static enum status begin_part(struct reading *r, const char *line)
{
  size_t length = strlen(line);
  enum status status = end_part(r);
  if (status != STATUS_OK) {
    return status;
  }
  for (size_t i = 0; i < MAIL_PART_COUNT; i++) {
    if (strlen(PARTS[i].name) == length - 2 && memcmp(PARTS[i].name, line + 1, length - 2) == 0) {
      r->part = (enum mail_part)i;
      r->has_subject = r->has_code = false;
      r->blank = 0;
      r->found = r->found || r->part == r->wanted;
      return STATUS_OK;
    }
  }
  return refuse(r, "part", line, "[code], [invitation], [member], [test] and [gone] are legal");
}

static enum status take_subject(struct reading *r, const char *line)
{
  struct bytes filled CLEANUP(bytes_done) = BYTES_EMPTY;
  bool empty = false;
  if (strncmp(line, SUBJECT, strlen(SUBJECT)) != 0 || line[strlen(SUBJECT)] == '\0') {
    return refuse(r, "part", PARTS[r->part].name, "its first line must be a Subject");
  }
  r->has_subject = true;
  enum status status = fill_line(r, line + strlen(SUBJECT), &filled, &empty);
  r->has_code = false; // subjects stand in logs: the text must say it
  if (status != STATUS_OK || r->part != r->wanted || r->said == NULL) {
    return status;
  }
  // One that is too long is cut between characters.
  size_t length = filled.length < sizeof r->mail->subject ? filled.length : sizeof r->mail->subject - 1;
  while (length > 0 && length < filled.length && ((unsigned char)filled.data[length] & 0xc0) == 0x80) {
    length--;
  }
  memcpy(r->mail->subject, bytes_text(&filled), length);
  r->mail->subject[length] = '\0';
  return STATUS_OK;
}

// Empty lines are written when one that is not comes behind them, and none at the beginning.
static enum status put_line(struct reading *r, const struct bytes *line)
{
  enum status status = STATUS_OK;
  struct bytes *text = &r->mail->text;
  for (; status == STATUS_OK && r->blank > 0; r->blank--) {
    status = text->length > 0 ? bytes_append_text(text, "\n") : STATUS_OK;
  }
  status = status != STATUS_OK ? status : bytes_append(text, bytes_text(line), line->length);
  return status != STATUS_OK ? status : bytes_append_text(text, "\n");
}

static enum status take_line(struct reading *r, const char *line)
{
  struct bytes filled CLEANUP(bytes_done) = BYTES_EMPTY;
  bool empty = false;
  if (*line == '\0') {
    r->blank++;
    return STATUS_OK;
  }
  enum status status = fill_line(r, line, &filled, &empty);
  if (status != STATUS_OK || r->part != r->wanted || r->said == NULL || empty) {
    return status;
  }
  return put_line(r, &filled);
}

static bool is_part(const char *line)
{
  size_t length = strlen(line);
  return length > 2 && line[0] == '[' && line[length - 1] == ']';
}

static enum status read_line(struct reading *r, const char *line)
{
  r->line++;
  if (!text_is_clean(line, strlen(line))) {
    return refuse(r, "line", "", "is not UTF-8 without control characters");
  }
  if (is_part(line)) {
    return begin_part(r, line);
  }
  if (r->part == MAIL_PART_COUNT) {
    return *line == '\0' || *line == COMMENT ? STATUS_OK : refuse(r, "line", line, "a part must begin before it");
  }
  return r->has_subject ? take_line(r, line) : take_subject(r, line);
}

static enum status read_template(struct reading *r, const struct bytes *text)
{
  struct bytes copy CLEANUP(bytes_done) = BYTES_EMPTY;
  enum status status = bytes_append(&copy, bytes_text(text), text->length);
  if (status != STATUS_OK) {
    return status;
  }
  char *rest = copy.data;
  for (char *line = strsep(&rest, "\n"); status == STATUS_OK && line != NULL; line = strsep(&rest, "\n")) {
    size_t length = strlen(line);
    if (length > 0 && line[length - 1] == '\r') {
      line[length - 1] = '\0';
    }
    status = read_line(r, line);
  }
  return status != STATUS_OK ? status : end_part(r);
}

// What came with the program is legal: a test reads it.
static enum status fill_own(enum mail_part part, const struct mail_said *said, struct mail_text *ret_mail)
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  struct mail_text mail CLEANUP(mail_text_done) = {.subject = ""};
  struct reading r = {.path = "", .part = MAIL_PART_COUNT, .wanted = part, .said = said, .mail = &mail};
  enum status status = bytes_append_text(&text, MAIL_TEMPLATE_TEXT);
  status = status != STATUS_OK ? status : read_template(&r, &text);
  if (status != STATUS_OK) {
    return status;
  }
  *ret_mail = mail;
  mail = (struct mail_text){.subject = ""};
  return STATUS_OK;
}

static enum status load(const char *path, struct error *error, struct bytes *ret_text, bool *ret_there)
{
  enum status status = file_read_trusted(path, TEMPLATE_MAX, error, ret_text);
  *ret_there = status == STATUS_OK;
  if (status == STATUS_NOT_FOUND) {
    error_set(error, "%s", "");
    return STATUS_OK;
  }
  if (status == STATUS_OK && ret_text->length > 0 && memchr(ret_text->data, '\0', ret_text->length) != NULL) {
    error_set(error, "%s: holds a NUL byte", path);
    return STATUS_INVALID;
  }
  return status;
}

static enum status fill_from(const char *path, enum mail_part part, const struct mail_said *said, struct error *error,
                             bool *ret_found, struct mail_text *ret_mail)
{
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  struct mail_text mail CLEANUP(mail_text_done) = {.subject = ""};
  struct reading r = {
      .path = path, .error = error, .part = MAIL_PART_COUNT, .wanted = part, .said = said, .mail = &mail};
  bool there = false;
  enum status status = load(path, error, &text, &there);
  status = status == STATUS_OK && there && text.length > 0 ? read_template(&r, &text) : status;
  if (status != STATUS_OK) {
    return status;
  }
  *ret_found = r.found && mail.text.length > 0 && mail.subject[0] != '\0';
  if (*ret_found) {
    *ret_mail = mail;
    mail = (struct mail_text){.subject = ""};
  }
  return STATUS_OK;
}

enum status mail_text_fill(const char *path, enum mail_part part, const struct mail_said *said, struct error *error,
                           struct mail_text *ret_mail)
{
  bool found = false;
  enum status status = fill_from(path, part, said, error, &found, ret_mail);
  if (found || status == STATUS_NO_MEMORY) {
    return status;
  }
  enum status own = fill_own(part, said, ret_mail);
  return own != STATUS_OK ? STATUS_NO_MEMORY : status;
}

enum status mail_text_check(const char *path, struct error *error)
{
  bool found = false;
  struct mail_text ignored CLEANUP(mail_text_done) = {.subject = ""};
  return fill_from(path, MAIL_TEST, NULL, error, &found, &ignored);
}
