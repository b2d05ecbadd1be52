// SPDX-License-Identifier: Apache-2.0
#include "active_org/active_org.h"

#include "base/text.h"

static const char FILE_NAME[] = "active-org";

static enum status take_slug(enum status status, const char *line, char slug[static SLUG_SIZE])
{
  if (status != STATUS_OK) {
    return status;
  }
  return name_is_slug(line) && text_copy(line, slug, SLUG_SIZE) == STATUS_OK ? STATUS_OK : STATUS_INVALID;
}

enum status active_org_load(const char *home, uid_t uid, char slug[static SLUG_SIZE])
{
  char line[HOME_LINE_SIZE];
  return take_slug(home_line_load(home, uid, FILE_NAME, line), line, slug);
}

enum status active_org_save(const char *home, const char *slug)
{
  return home_line_save(home, FILE_NAME, slug);
}

enum status active_org_load_as(const struct home_owner *owner, char slug[static SLUG_SIZE])
{
  char line[HOME_LINE_SIZE];
  return take_slug(home_line_load_as(owner, FILE_NAME, line), line, slug);
}

enum status active_org_save_as(const struct home_owner *owner, const char *slug)
{
  return home_line_save_as(owner, FILE_NAME, slug);
}
