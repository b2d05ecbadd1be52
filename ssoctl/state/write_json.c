// SPDX-License-Identifier: Apache-2.0
#include "state/write_json.h"

#include <stdbool.h>
#include <stdio.h>

#include "base/cleanup.h"
#include "table.h"

static enum status write_plain(const cJSON *json)
{
  char *text CLEANUP(cleanup_free) = cJSON_PrintUnformatted(json);
  if (text == NULL) {
    return STATUS_NO_MEMORY;
  }
  (void)fputs(text, stdout);
  return STATUS_OK;
}

static enum status write_key(const char *key)
{
  cJSON *text = cJSON_CreateString(key);
  enum status status = text != NULL ? write_plain(text) : STATUS_NO_MEMORY;
  cJSON_Delete(text);
  (void)fputs(": ", stdout);
  return status;
}

// A document is as deep as what is in it, which is a few levels.
static enum status write_at(const cJSON *json, int level)
{
  const cJSON *child = NULL;
  bool object = cJSON_IsObject(json);
  enum status status = STATUS_OK;
  if (json->child == NULL) {
    return write_plain(json);
  }
  (void)fputs(object ? "{" : "[", stdout);
  cJSON_ArrayForEach(child, json)
  {
    (void)printf("%s\n%*s", child == json->child ? "" : ",", 2 * (level + 1), "");
    status = object ? write_key(child->string) : STATUS_OK;
    status = status == STATUS_OK ? write_at(child, level + 1) : status;
    if (status != STATUS_OK) {
      return status;
    }
  }
  (void)printf("\n%*s%s", 2 * level, "", object ? "}" : "]");
  return STATUS_OK;
}

enum status json_write(const cJSON *json)
{
  enum status status = write_at(json, 0);
  (void)fputs("\n", stdout);
  return status == STATUS_OK ? table_flush_output() : status;
}
