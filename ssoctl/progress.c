// SPDX-License-Identifier: Apache-2.0
#include "progress.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"

enum { BAR_WIDTH = 30, EACH = 256, EVERY_MS = 100, COLUMNS_LEAST = 20, COLUMNS_USUAL = 80 };

struct progress progress_begin(bool wanted, uint64_t total)
{
  int64_t now_ms = clock_monotonic_ms();
  return (struct progress){wanted && isatty(STDERR_FILENO) == 1, total, now_ms, now_ms - EVERY_MS, 0};
}

static size_t columns_of_terminal(void)
{
  struct winsize size = {.ws_col = 0};
  bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= COLUMNS_LEAST;
  return known ? size.ws_col : COLUMNS_USUAL;
}

void progress_text(uint64_t done, uint64_t total, int64_t passed_ms, size_t columns, char text[static PROGRESS_SIZE])
{
  char bar[BAR_WIDTH + 1];
  uint64_t all = total > 0 ? total : 1;
  uint64_t now = done < all ? done : all;
  size_t full = (size_t)(now * BAR_WIDTH / all);
  uint64_t rate = passed_ms > 0 ? now * 1000 / (uint64_t)passed_ms : 0;
  memset(bar, '.', BAR_WIDTH);
  memset(bar, '#', full);
  bar[BAR_WIDTH] = '\0';
  int length =
      snprintf(text, PROGRESS_SIZE, "[%s] %llu of %llu", bar, (unsigned long long)now, (unsigned long long)total);
  if (rate > 0 && length > 0) {
    uint64_t left_s = (all - now) / rate;
    (void)snprintf(text + length, PROGRESS_SIZE - (size_t)length, ", %llu a second, %llu:%02llu left",
                   (unsigned long long)rate, (unsigned long long)(left_s / 60), (unsigned long long)(left_s % 60));
  }
  if (columns < PROGRESS_SIZE) {
    text[columns] = '\0';
  }
}

// Blanks take away what a longer line has left. A terminal that is stopped (^S) must not stop who holds the store.
static void put_line(struct progress *p, const char *text)
{
  char line[2 * PROGRESS_SIZE];
  struct pollfd terminal = {STDERR_FILENO, POLLOUT, 0};
  size_t width = strlen(text);
  size_t blanks = p->width > width ? p->width - width : 0;
  int length = snprintf(line, sizeof line, "\r%s%*s\r%s", text, (int)blanks, "", text);
  if (poll(&terminal, 1, 0) == 1 && length > 0 && write(STDERR_FILENO, line, (size_t)length) == length) {
    p->width = width;
  }
}

void progress_show(struct progress *progress, uint64_t done)
{
  char text[PROGRESS_SIZE];
  if (!progress->shown || done % EACH != 0) {
    return;
  }
  int64_t now_ms = clock_monotonic_ms();
  if (now_ms - progress->last_ms < EVERY_MS) {
    return;
  }
  progress->last_ms = now_ms;
  progress_text(done, progress->total, now_ms - progress->started_ms, columns_of_terminal() - 1, text);
  put_line(progress, text);
}

void progress_say(struct progress *progress, const char *what)
{
  char text[PROGRESS_SIZE];
  if (progress->shown) {
    size_t columns = columns_of_terminal() - 1;
    progress_text(progress->total, progress->total, 0, columns, text);
    size_t used = strlen(text);
    size_t room = columns < sizeof text ? columns - used + 1 : sizeof text - used;
    (void)snprintf(text + used, room, ", %s", what);
    put_line(progress, text);
  }
}

void progress_end(struct progress *progress)
{
  if (progress->shown) {
    put_line(progress, "");
    progress->shown = false;
  }
}
