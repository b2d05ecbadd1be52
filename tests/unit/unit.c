// SPDX-License-Identifier: Apache-2.0
#include "unit.h"

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

char unit_directory[64];

void unit_make_directory(char *path, size_t size)
{
  (void)snprintf(path, size, "/tmp/ssoorg-unit-XXXXXX");
  assert_non_null(mkdtemp(path));
}

void unit_remove_directory(const char *path)
{
  DIR *dir = opendir(path);
  assert_non_null(dir);
  for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
    if (entry->d_name[0] != '.') {
      assert_int_equal(unlinkat(dirfd(dir), entry->d_name, 0), 0);
    }
  }
  (void)closedir(dir);
  assert_int_equal(rmdir(path), 0);
}

int unit_remove_ground(void **state)
{
  (void)state;
  unit_remove_directory(unit_directory);
  return 0;
}
