// SPDX-License-Identifier: Apache-2.0
#include "mail_message.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/text.h"

enum {
  LINE_MAX = 76,          // RFC 2045 6.7 (5), with the "=" at its end
  WORD_MAX = 63,          // RFC 2047 2: 75 with what is around it
  PLAIN_SUBJECT_MAX = 60, // without being encoded
  ID_BYTES = 16
};

static const char SUBJECT[] = "Subject: ";
static const char WORD_BEGIN[] = "=?utf-8?q?";
static const char WORD_END[] = "?=";

static bool is_plain(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// "=C3", or the character itself if KEPT.
static size_t quote(char c, bool kept, char to[static 4])
{
  static const char DIGITS[] = "0123456789ABCDEF";
  const unsigned char byte = (unsigned char)c;
  if (kept) {
    to[0] = c;
    to[1] = '\0';
    return 1;
  }
  to[0] = '=';
  to[1] = DIGITS[byte >> 4];
  to[2] = DIGITS[byte & 15];
  to[3] = '\0';
  return 3;
}

// How many bytes the character at TEXT, which is UTF-8, has.
static size_t character_length(const char *text)
{
  size_t length = 1;
  while (((unsigned char)text[length] & 0xc0) == 0x80) {
    length++;
  }
  return length;
}

// One character of a subject as in an encoded word: a space is "_".
static size_t quote_character(const char *text, size_t length, char to[static 16])
{
  size_t used = 0;
  for (size_t i = 0; i < length && used < 12; i++) {
    used += quote(text[i] == ' ' ? '_' : text[i], text[i] == ' ' || is_plain(text[i]), to + used);
  }
  return used;
}

// Words end between characters (RFC 2047 5 (3)).
static enum status append_words(const char *subject, struct bytes *out)
{
  size_t in_word = strlen(SUBJECT); // the line has 76 characters at most (RFC 2047 2)
  enum status status = bytes_append_text(out, WORD_BEGIN);
  while (status == STATUS_OK && *subject != '\0') {
    char quoted[16];
    size_t length = character_length(subject);
    size_t used = quote_character(subject, length, quoted);
    if (in_word + used > WORD_MAX) {
      const char *const next[] = {WORD_END, "\r\n ", WORD_BEGIN};
      status = bytes_append_texts(out, next, COUNT_OF(next));
      in_word = 0;
    }
    status = status != STATUS_OK ? status : bytes_append(out, quoted, used);
    in_word += used;
    subject += length;
  }
  return status != STATUS_OK ? status : bytes_append_text(out, WORD_END);
}

static bool is_printable(const char *text)
{
  for (; *text != '\0'; text++) {
    if (*text < ' ' || *text > '~') {
      return false;
    }
  }
  return true;
}

static enum status append_subject(const char *subject, struct bytes *out)
{
  bool plain = is_printable(subject) && strlen(subject) <= PLAIN_SUBJECT_MAX && strstr(subject, "=?") == NULL;
  enum status status = bytes_append_text(out, SUBJECT);
  if (status != STATUS_OK) {
    return status;
  }
  status = plain ? bytes_append_text(out, subject) : append_words(subject, out);
  return status != STATUS_OK ? status : bytes_append_text(out, "\r\n");
}

// A line of the text, LENGTH bytes without its end. What ends a line must be no space (RFC 2045 6.7 (3)).
static enum status append_line(const char *line, size_t length, struct bytes *out)
{
  size_t column = 0;
  enum status status = STATUS_OK;
  for (size_t i = 0; status == STATUS_OK && i < length; i++) {
    char quoted[4];
    bool space = line[i] == ' ' && i + 1 < length;
    bool kept = space || (line[i] > ' ' && line[i] <= '~' && line[i] != '=');
    size_t used = quote(line[i], kept, quoted);
    if (column + used > LINE_MAX - 1) {
      status = bytes_append_text(out, "=\r\n");
      column = 0;
    }
    status = status != STATUS_OK ? status : bytes_append(out, quoted, used);
    column += used;
  }
  return status != STATUS_OK ? status : bytes_append_text(out, "\r\n");
}

static enum status append_text(const struct bytes *text, struct bytes *out)
{
  const char *at = bytes_text(text);
  const char *end = at + text->length;
  enum status status = STATUS_OK;
  while (status == STATUS_OK && at < end) {
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    size_t length = stop != NULL ? (size_t)(stop - at) : (size_t)(end - at);
    status = append_line(at, length, out);
    at += length + (stop != NULL ? 1 : 0);
  }
  return status;
}

// RFC 5322 3.3; this program has no other locale than "C".
static enum status format_date(int64_t now_s, char *text, size_t size)
{
  time_t at = (time_t)now_s;
  struct tm parts;
  bool done = gmtime_r(&at, &parts) != NULL && strftime(text, size, "%a, %d %b %Y %H:%M:%S +0000", &parts) > 0;
  return done ? STATUS_OK : STATUS_IO;
}

static enum status append_headers(const struct message_mail *request, const char *date, const char *id,
                                  struct bytes *out)
{
  const char *const lines[] = {"From: <",
                               request->from,
                               ">\r\nTo: <",
                               request->to,
                               ">\r\nDate: ",
                               date,
                               "\r\nMessage-ID: <",
                               id,
                               "@",
                               request->host,
                               ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                               "Content-Type: text/plain; charset=utf-8\r\n"
                               "Content-Transfer-Encoding: quoted-printable\r\n"};
  enum status status = bytes_append_texts(out, lines, COUNT_OF(lines));
  return status != STATUS_OK ? status : append_subject(request->subject, out);
}

enum status mail_message_compose(const struct message_mail *request, int64_t now_s, struct bytes *out)
{
  unsigned char random[ID_BYTES];
  char id[2 * ID_BYTES + 1];
  char date[64];
  enum status status = file_random(random, sizeof random);
  if (status != STATUS_OK) {
    return status;
  }
  text_hex(random, sizeof random, id);
  status = format_date(now_s, date, sizeof date);
  if (status != STATUS_OK) {
    return status;
  }
  status = append_headers(request, date, id, out);
  status = status != STATUS_OK ? status : bytes_append_text(out, "\r\n");
  return status != STATUS_OK ? status : append_text(&request->text, out);
}
