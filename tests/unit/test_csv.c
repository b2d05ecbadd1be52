// SPDX-License-Identifier: Apache-2.0
// Comma-separated values: what is read, what is refused and where, and that nothing foreign gets through.
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "csv.h"
#include "unit.h"

enum { JOINED_SIZE = 2 * CSV_LINE_MAX };

static struct csv csv;
static struct error error;

static int fd = -1;

// Reads these bytes from now on.
static void read_bytes(const void *data, size_t length)
{
  cleanup_fd(&fd);
  fd = memfd_create("csv", MFD_CLOEXEC);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, data, length), (ssize_t)length);
  assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
  csv_init(&csv, fd);
  error.text[0] = '\0';
}

static void join(char text[static JOINED_SIZE])
{
  size_t used = 0;
  text[0] = '\0';
  for (size_t i = 0; i < csv.field_count; i++) {
    used += (size_t)snprintf(text + used, JOINED_SIZE - used, "%s%s", i > 0 ? "|" : "", csv.fields[i]);
  }
}

static void fields_are_taken_apart(void **state)
{
  (void)state;
  static const struct {
    const char *line;
    const char *fields; // with "|" between
  } CASES[] = {
      {"a", "a"},
      {"a,b", "a|b"},
      {",", "|"},
      {"a,", "a|"},
      {",a", "|a"},
      {"\"\"", ""},
      {"\"\",\"\"", "|"},
      {"\"a\"", "a"},
      {"\"a,b\",c", "a,b|c"},
      {"\"a\"\"b\"", "a\"b"},
      {"\"\"\"\"", "\""},
      {"\"\"\"a\"\"\",b", "\"a\"|b"},
      {" a , b ", " a | b "},
      {"\" a\"", " a"},
      {"Zo\xc3\xab,\"\xe6\x9d\x8e\"", "Zo\xc3\xab|\xe6\x9d\x8e"},
      {"a'b;c\td", NULL},
      {"a'b;c", "a'b;c"},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    char joined[JOINED_SIZE];
    read_bytes(CASES[i].line, strlen(CASES[i].line));
    enum status status = csv_next(&csv, &error);
    assert_int_equal(status, CASES[i].fields != NULL ? STATUS_OK : STATUS_INVALID);
    join(joined);
    if (CASES[i].fields != NULL) {
      assert_string_equal(joined, CASES[i].fields);
      assert_int_equal(csv_next(&csv, &error), STATUS_NOT_FOUND);
    }
  }
}

static void what_is_not_legal_is_refused_with_its_column(void **state)
{
  (void)state;
  static const struct {
    const char *line;
    size_t length;
    const char *says;
  } CASES[] = {
      {"\"a", 2, "column 1: a quote that is not closed"},
      {"a,\"b", 4, "column 3: a quote that is not closed"},
      {"\"", 1, "column 1: a quote that is not closed"},
      {"\"a\"\"", 4, "column 1: a quote that is not closed"},
      {"\"a\"b", 4, "column 4: text behind a closing quote"},
      {"\"a\" ,b", 6, "column 4: text behind a closing quote"},
      {"a\"b", 3, "column 2: a quote within a field"},
      {"x,a\"", 4, "column 4: a quote within a field"},
      {"a\0b", 3, "column 2: byte 0x00"},
      {"\0", 1, "column 1: byte 0x00"},
      {"a,b\x07", 4, "column 4: byte 0x07"},
      {"a\rb", 3, "column 2: byte 0x0d"},
      {"a\r\r", 3, "column 2: byte 0x0d"},
      {"a\tb", 3, "column 2: byte 0x09"},
      {"a\x7f", 2, "column 2: byte 0x7f"},
      {"a\xff", 2, "column 2: byte 0xff"},
      {"\xc3", 1, "column 1: byte 0xc3"},
      {"a\xc2\x85", 3, "column 2: byte 0xc2"},
      {"ab\xe2\x80\xa8", 5, "column 3: byte 0xe2"},
      {"\xff\xfe"
       "a\0",
       4, "column 1: byte 0xff"},
      {"a\xef\xbb\xbf", 4, "column 2: byte 0xef"},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    read_bytes(CASES[i].line, CASES[i].length);
    enum status status = csv_next(&csv, &error);
    assert_int_equal(status, STATUS_INVALID);
    assert_memory_equal(error.text, CASES[i].says, strlen(CASES[i].says));
    assert_int_equal(csv_next(&csv, &error), STATUS_NOT_FOUND);
  }
}

// The status of each line, its number and its fields.
static void expect_lines(const char *data, size_t length, const char *expected)
{
  char seen[2 * JOINED_SIZE] = "";
  read_bytes(data, length);
  for (enum status status = csv_next(&csv, &error); status != STATUS_NOT_FOUND; status = csv_next(&csv, &error)) {
    char joined[JOINED_SIZE];
    size_t used = strlen(seen);
    join(joined);
    (void)snprintf(seen + used, sizeof seen - used, "%d:%s ", (int)csv.line, status == STATUS_OK ? joined : "!");
  }
  assert_string_equal(seen, expected);
  assert_int_equal(csv.bytes, length);
}

static void lines_end_in_lf_crlf_or_with_the_file_and_empty_ones_are_left_out(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    const char *lines;
  } CASES[] = {
      {"", ""},
      {"\n", ""},
      {"\r\n\r\n", ""},
      {"a", "1:a "},
      {"a\n", "1:a "},
      {"a\r\nb\r\n", "1:a 2:b "},
      {"a\nb\r\nc", "1:a 2:b 3:c "},
      {"\n\na\n\nb\n\n", "3:a 5:b "},
      {"\xef\xbb\xbf"
       "a,b\nc",
       "1:a|b 2:c "},
      {"\xef\xbb\xbf\na", "2:a "},
      {"a\"\nb\n", "1:! 2:b "},
      {"\"a\nb\"\nc\n", "1:! 2:! 3:c "},
      {"\x01\nb\n\"\nc", "1:! 2:b 3:! 4:c "},
  };
  for (size_t i = 0; i < COUNT_OF(CASES); i++) {
    expect_lines(CASES[i].text, strlen(CASES[i].text), CASES[i].lines);
  }
}

static enum status one_line(size_t length, const char *end, size_t field)
{
  char *line CLEANUP(cleanup_free) = malloc(length + 8);
  assert_non_null(line);
  memset(line, 'x', length);
  for (size_t at = field; at < length; at += field + 1) {
    line[at] = ',';
  }
  memcpy(line + length, end, strlen(end) + 1);
  read_bytes(line, length + strlen(end));
  enum status status = csv_next(&csv, &error);
  assert_int_equal(csv_next(&csv, &error), STATUS_NOT_FOUND);
  return status;
}

static void H56_the_longest_line_and_field_are_read_and_one_byte_more_is_refused(void **state)
{
  (void)state;
  static const char *const ENDS[] = {"", "\n", "\r\n"};
  for (size_t i = 0; i < COUNT_OF(ENDS); i++) {
    assert_int_equal(one_line(CSV_LINE_MAX, ENDS[i], 1000), STATUS_OK);
    for (size_t more = 1; more < 5; more++) {
      assert_int_equal(one_line(CSV_LINE_MAX + more, ENDS[i], 1000), STATUS_INVALID);
      assert_non_null(strstr(error.text, "column 4097: a line of more than 4096 bytes"));
    }
    assert_int_equal(one_line(10 * CSV_BUFFER_SIZE, ENDS[i], 1000), STATUS_INVALID);
    assert_int_equal(one_line(CSV_FIELD_MAX, ENDS[i], CSV_LINE_MAX), STATUS_OK);
    assert_int_equal(one_line(CSV_FIELD_MAX + 1, ENDS[i], CSV_LINE_MAX), STATUS_INVALID);
    assert_non_null(strstr(error.text, "column 1: a field of more than 1023 bytes"));
  }
  assert_int_equal(one_line(2 * CSV_FIELDS_MAX - 1, "", 1), STATUS_OK);
  assert_int_equal(csv.field_count, 0); // of the end, behind the line
  assert_int_equal(one_line(2 * CSV_FIELDS_MAX, "", 1), STATUS_INVALID);
  assert_non_null(strstr(error.text, "column 65: more than 32 fields"));
}

// Each line that is whole is read as it is in the whole text.
static void every_truncation_is_read_as_far_as_it_goes(void **state)
{
  (void)state;
  static const char TEXT[] = "email,name\r\na@b.test,\"A \"\"B\"\", C\"\n\nZ\xc3\xab@b.test,\xe6\x9d\x8e\n\"x\",y";
  static const char *const LINES[] = {"email|name", "a@b.test|A \"B\", C", "Z\xc3\xab@b.test|\xe6\x9d\x8e", "x|y"};
  for (size_t length = 0; length < sizeof TEXT; length++) {
    read_bytes(TEXT, length);
    size_t whole = 0;
    for (size_t i = 0; i < length; i++) {
      whole += TEXT[i] == '\n' && i > 0 && TEXT[i - 1] != '\n' ? 1 : 0;
    }
    for (size_t i = 0; i < whole; i++) {
      char joined[JOINED_SIZE];
      assert_int_equal(csv_next(&csv, &error), STATUS_OK);
      join(joined);
      assert_string_equal(joined, LINES[i]);
    }
    enum status status = csv_next(&csv, &error);
    assert_true(status == STATUS_OK || status == STATUS_INVALID || status == STATUS_NOT_FOUND);
    assert_int_equal(csv_next(&csv, &error), STATUS_NOT_FOUND);
  }
}

static void a_line_may_begin_anywhere_in_the_buffer(void **state)
{
  (void)state;
  static const char LAST[] = "\"a\"\"b\",c\r\n";
  char *data CLEANUP(cleanup_free) = malloc(CSV_BUFFER_SIZE + 64);
  assert_non_null(data);
  for (size_t before = CSV_BUFFER_SIZE - 16; before < CSV_BUFFER_SIZE + 4; before++) {
    char joined[JOINED_SIZE];
    size_t lines = 0;
    memset(data, 'x', before);
    for (size_t at = 99; at < before; at += 100) {
      data[at] = '\n';
    }
    data[before - 1] = '\n';
    memcpy(data + before, LAST, sizeof LAST - 1);
    read_bytes(data, before + sizeof LAST - 1);
    for (enum status status = csv_next(&csv, &error); status == STATUS_OK; status = csv_next(&csv, &error)) {
      lines++;
      join(joined);
    }
    assert_int_equal(lines, (before + 99) / 100 + 1);
    assert_string_equal(joined, "a\"b|c");
  }
}

static void random_bytes_never_give_a_field_that_is_not_clean(void **state)
{
  (void)state;
  static const char LIKELY[] = "aa,,\"\"\n\r\xc3\xab\xef\xbb\xbf\xe2\x80\xa8 @.";
  unsigned random = 20261;
  size_t lines = 0;
  size_t refused = 0;
  for (int round = 0; round < 3000; round++) {
    char data[512];
    size_t length = (size_t)(random >> 8) % sizeof data;
    for (size_t i = 0; i < length; i++) {
      random = random * 1103515245 + 12345;
      unsigned chance = random >> 16;
      data[i] = chance % 16 == 0 ? (char)(chance >> 4) : LIKELY[chance % (sizeof LIKELY - 1)];
    }
    read_bytes(data, length);
    for (enum status status = csv_next(&csv, &error); status != STATUS_NOT_FOUND; status = csv_next(&csv, &error)) {
      assert_true(status == STATUS_OK || status == STATUS_INVALID);
      assert_true(csv.field_count <= CSV_FIELDS_MAX);
      for (size_t i = 0; i < csv.field_count; i++) {
        assert_true(text_is_clean(csv.fields[i], strlen(csv.fields[i])));
      }
      lines++;
      refused += status == STATUS_INVALID ? 1 : 0;
    }
    assert_int_equal(csv.bytes, length);
  }
  assert_true(lines > 3000);
  assert_true(refused > 100 && refused < lines);
}

static void what_is_written_is_read_again(void **state)
{
  (void)state;
  static const char *const VALUES[] = {"",   "a",  "a,b", "\"",         "\"\"", "a\"b",
                                       " a", "a ", ",",   "Zo\xc3\xab", "=1+1", "'"};
  for (size_t i = 0; i < COUNT_OF(VALUES); i++) {
    for (size_t k = 0; k < COUNT_OF(VALUES); k++) {
      char line[64] = "";
      assert_int_equal(csv_append(line, sizeof line, VALUES[i]), STATUS_OK);
      (void)snprintf(line + strlen(line), sizeof line - strlen(line), ",");
      assert_int_equal(csv_append(line, sizeof line, VALUES[k]), STATUS_OK);
      read_bytes(line, strlen(line));
      assert_int_equal(csv_next(&csv, &error), STATUS_OK);
      assert_int_equal(csv.field_count, 2);
      assert_string_equal(csv.fields[0], VALUES[i]);
      assert_string_equal(csv.fields[1], VALUES[k]);
    }
  }
}

static void what_does_not_fit_is_not_written(void **state)
{
  (void)state;
  for (size_t size = 1; size <= 10; size++) {
    char *line CLEANUP(cleanup_free) = calloc(1, size); // so that a byte too many is noticed
    assert_non_null(line);
    enum status status = csv_append(line, size, "a\",b"); // as "a"",b", seven characters
    assert_int_equal(status, size >= 8 ? STATUS_OK : STATUS_TOO_LARGE);
    assert_string_equal(line, size >= 8 ? "\"a\"\",b\"" : "");
  }
}

static void a_descriptor_that_cannot_be_read_is_an_error(void **state)
{
  (void)state;
  cleanup_fd(&fd);
  fd = open("/tmp", O_RDONLY | O_CLOEXEC);
  csv_init(&csv, fd);
  assert_int_equal(csv_next(&csv, &error), STATUS_IO);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fields_are_taken_apart),
      cmocka_unit_test(what_is_not_legal_is_refused_with_its_column),
      cmocka_unit_test(lines_end_in_lf_crlf_or_with_the_file_and_empty_ones_are_left_out),
      cmocka_unit_test(H56_the_longest_line_and_field_are_read_and_one_byte_more_is_refused),
      cmocka_unit_test(every_truncation_is_read_as_far_as_it_goes),
      cmocka_unit_test(a_line_may_begin_anywhere_in_the_buffer),
      cmocka_unit_test(random_bytes_never_give_a_field_that_is_not_clean),
      cmocka_unit_test(what_is_written_is_read_again),
      cmocka_unit_test(what_does_not_fit_is_not_written),
      cmocka_unit_test(a_descriptor_that_cannot_be_read_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
