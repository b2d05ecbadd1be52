// SPDX-License-Identifier: Apache-2.0
// The picture of an address: read back module by module.
#include <qrencode.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/protocol.h"
#include "qr.h"
#include "unit.h"

static const char ADDRESS[] = "https://login.acme.test/device?user_code=ABCD-EFGH";

enum { MARGIN = 2, WIDTH_MAX = 64 };

// Reads one block of PICTURE: bit 0 for its upper half, bit 1 for its lower one.
static int take_block(const char **picture)
{
  static const char *const BLOCKS[] = {" ", "\u2580", "\u2584", "\u2588"};
  for (int i = 0; i < 4; i++) {
    size_t length = strlen(BLOCKS[i]);
    if (strncmp(*picture, BLOCKS[i], length) == 0) {
      *picture += length;
      return i;
    }
  }
  fail_msg("no block: %.8s", *picture);
  return 0;
}

static void the_picture_is_the_code_with_a_light_margin(void **state)
{
  (void)state;
  char picture[PROTOCOL_QR_SIZE];
  QRcode *code = QRcode_encodeString8bit(ADDRESS, 0, QR_ECLEVEL_L);
  qr_draw(ADDRESS, picture, sizeof picture);
  const char *at = picture;
  for (int y = -MARGIN; y < code->width + MARGIN; y += 2) {
    for (int x = -MARGIN; x < code->width + MARGIN; x++) {
      int halves = take_block(&at);
      for (int half = 0; half < 2; half++) {
        int row = y + half;
        bool inside = x >= 0 && row >= 0 && x < code->width && row < code->width;
        bool dark = inside && (code->data[row * code->width + x] & 1) != 0;
        assert_int_equal((halves >> half & 1) != 0, !dark);
      }
    }
    assert_int_equal(*at++, '\n');
  }
  assert_int_equal(*at, '\0');
  QRcode_free(code);
}

static void what_does_not_fit_is_left_out(void **state)
{
  (void)state;
  char picture[PROTOCOL_QR_SIZE] = "before";
  char text[4000];
  memset(text, 'a', sizeof text - 1);
  text[sizeof text - 1] = '\0';
  qr_draw(text, picture, sizeof picture); // more than any QR code holds
  assert_string_equal(picture, "");
  text[600] = '\0';
  qr_draw(text, picture, sizeof picture); // a code, but a wide one
  assert_string_equal(picture, "");
  qr_draw(ADDRESS, picture, 100);
  assert_string_equal(picture, "");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_picture_is_the_code_with_a_light_margin),
      cmocka_unit_test(what_does_not_fit_is_left_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
