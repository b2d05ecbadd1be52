// SPDX-License-Identifier: Apache-2.0
#include "list_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/suggest.h"

enum { NAMES_SIZE = 600, MEANT_SIZE = 80, USUAL_WIDTH = 80 };

// Where a terminal does not say how wide it is.
static size_t width_of(int fd)
{
  struct winsize size = {.ws_col = 0};
  return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : USUAL_WIDTH;
}

// A terminal that has colours, of somebody who wants them (https://no-color.org).
static bool has_colors(void)
{
  const char *none = getenv("NO_COLOR");
  const char *terminal = getenv("TERM");
  return (none == NULL || none[0] == '\0') && terminal != NULL && terminal[0] != '\0' && strcmp(terminal, "dumb") != 0;
}

static int complain(const struct table *table, const char *key, size_t length)
{
  char name[SUGGEST_WORD_MAX + 1];
  char names[NAMES_SIZE] = "";
  char meant[MEANT_SIZE];
  (void)snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1), key);
  struct suggestion near = {.typed = name};
  for (size_t i = 0; i < table->column_count; i++) {
    size_t used = strlen(names);
    suggest_try(&near, table->columns[i].key);
    (void)snprintf(names + used, sizeof names - used, "%s%s", used > 0 ? ", " : "", table->columns[i].key);
  }
  return fail(EXIT_USAGE, "--columns \"%s\": is no column of this list%s; legal are %s", name,
              suggest_words(&near, meant, sizeof meant), names);
}

// The columns that NAMES has, with one of SEPARATORS between.
static int show(struct table *table, const char *names, const char *separators)
{
  for (const char *at = names; *at != '\0';) {
    size_t length = strcspn(at, separators);
    if (!table_show(table, at, length)) {
      return complain(table, at, length);
    }
    at += length;
    at += *at != '\0' ? 1 : 0;
  }
  return EXIT_DONE;
}

int list_options_apply(const struct invocation *in, struct table *table)
{
  const char *columns = in->options[OPTION_COLUMNS];
  bool wide = in->options[OPTION_WIDE] != NULL;
  bool lines = in->options[OPTION_JSONL] != NULL;
  bool json = in->options[OPTION_JSON] != NULL;
  bool terminal = !json && !lines && isatty(STDOUT_FILENO) == 1;
  if (json && lines) {
    return fail(EXIT_USAGE, "--json and --jsonl: one of them is legal");
  }
  if (wide && columns != NULL) {
    return fail(EXIT_USAGE, "--wide and --columns: one of them is legal");
  }
  table->format = lines ? TABLE_JSON_LINES : json ? TABLE_JSON : TABLE_WORDS;
  table->terminal_width = terminal && !wide ? width_of(STDOUT_FILENO) : 0;
  table->colors = terminal && has_colors();
  table->shown_count = 0;
  if (columns != NULL) {
    return columns[0] != '\0' ? show(table, columns, ",") : complain(table, "", 0);
  }
  return terminal && !wide && table->usual != NULL ? show(table, table->usual, " ") : EXIT_DONE;
}
