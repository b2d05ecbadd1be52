// SPDX-License-Identifier: Apache-2.0
#include "wiring/stack_line.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

size_t stack_line_bare(const char *text, size_t length)
{
  return length > 0 && text[length - 1] == '\n' ? length - 1 : length;
}

static bool is_blank(char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\\';
}

// The next word of *AT, or what stands in brackets; none behind a "#". Too long a word is cut.
static void take_word(const char **at, const char *end, char *ret_word, size_t size)
{
  size_t used = 0;
  const char *p = *at;
  while (p < end && is_blank(*p)) {
    p++;
  }
  bool in_brackets = p < end && *p == '[';
  while (p < end && *p != '#' && (in_brackets || !is_blank(*p))) {
    if (used + 1 < size) {
      ret_word[used++] = *p;
    }
    p++;
    if (in_brackets && p[-1] == ']') {
      break;
    }
  }
  ret_word[used] = '\0';
  *at = p;
}

static const char *base_name(const char *path)
{
  const char *slash = strrchr(path, '/');
  return slash != NULL ? slash + 1 : path;
}

static void parse(struct stack_line *line)
{
  const char *at = line->text;
  const char *end = at + line->length;
  char word[STACK_WORD_SIZE];
  take_word(&at, end, word, sizeof word);
  const char *type = word[0] == '-' ? word + 1 : word;
  line->control[0] = '\0';
  line->module[0] = '\0';
  line->type[0] = '\0';
  if (strlen(type) >= sizeof line->type) {
    return;
  }
  (void)snprintf(line->type, sizeof line->type, "%.15s", type);
  for (char *at_type = line->type; *at_type != '\0'; at_type++) {
    *at_type = (char)tolower((unsigned char)*at_type); // as libpam takes it
  }
  if (strcmp(type, "@include") != 0) {
    take_word(&at, end, line->control, sizeof line->control);
  }
  take_word(&at, end, word, sizeof word);
  (void)snprintf(line->module, sizeof line->module, "%s", base_name(word));
}

// Whether libpam takes the line behind the LENGTH bytes of this one as a part of it: a backslash is the last of it but
// for blanks, and stands in no comment.
static bool goes_on(const char *text, size_t length)
{
  size_t bare = stack_line_bare(text, length);
  if (memchr(text, '#', bare) != NULL) {
    return false;
  }
  while (bare > 0 && (text[bare - 1] == ' ' || text[bare - 1] == '\t')) {
    bare--;
  }
  return bare > 0 && text[bare - 1] == '\\';
}

bool stack_line_next(const char **at, unsigned *number, struct stack_line *ret_line)
{
  if (**at == '\0') {
    return false;
  }
  *ret_line = (struct stack_line){.text = *at, .number = *number};
  bool more = true;
  while (more) {
    size_t length = text_line_length(*at);
    more = goes_on(*at, length) && (*at)[length] != '\0';
    *at += length;
    (*number)++;
    ret_line->length += length;
  }
  parse(ret_line);
  return true;
}
