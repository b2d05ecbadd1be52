// SPDX-License-Identifier: Apache-2.0
#include "qr.h"

#include <qrencode.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"

enum { MARGIN = 2, BLOCK_LENGTH = 3 };

static void cleanup_code(QRcode **code)
{
  QRcode_free(*code);
}

// The margin, and what lies outside, is light.
static bool is_light(const QRcode *code, int x, int y)
{
  if (x < 0 || y < 0 || x >= code->width || y >= code->width) {
    return true;
  }
  return (code->data[y * code->width + x] & 1) == 0;
}

static const char *block(bool upper, bool lower)
{
  static const char *const BLOCKS[2][2] = {{" ", "\u2584"}, {"\u2580", "\u2588"}};
  return BLOCKS[upper][lower];
}

void qr_draw(const char *text, char *ret_picture, size_t size)
{
  ret_picture[0] = '\0';
  QRcode *code CLEANUP(cleanup_code) = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
  if (code == NULL) {
    return;
  }
  size_t columns = (size_t)code->width + 2 * MARGIN;
  size_t lines = (columns + 1) / 2;
  if (lines * (columns * BLOCK_LENGTH + 1) >= size) {
    return;
  }
  char *at = ret_picture;
  for (int y = -MARGIN; y < code->width + MARGIN; y += 2) {
    for (int x = -MARGIN; x < code->width + MARGIN; x++) {
      at = stpcpy(at, block(is_light(code, x, y), is_light(code, x, y + 1)));
    }
    at = stpcpy(at, "\n");
  }
}
