// SPDX-License-Identifier: Apache-2.0
#include "group_values.h"

#include <cjson/cJSON.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "command.h"
#include "protocol/group_list.h"

static void free_json(cJSON **json)
{
  cJSON_Delete(*json);
}

static cJSON *array_of(const char *words)
{
  cJSON *array CLEANUP(free_json) = cJSON_CreateArray();
  char name[PROTOCOL_GROUP_SIZE];
  for (const char *at = words; array != NULL && at != NULL;) {
    cJSON *item = group_words_next(&at, name) == STATUS_OK ? cJSON_CreateString(name) : NULL;
    if (item == NULL || !cJSON_AddItemToArray(array, item)) {
      cJSON_Delete(item);
      return NULL;
    }
  }
  cJSON *made = array;
  array = NULL;
  return made;
}

struct cJSON *group_values_json(const char *words)
{
  bool none = words == NULL || words[0] == '\0' || strcmp(words, GROUP_WORDS_NONE) == 0;
  return none ? cJSON_CreateNull() : array_of(words);
}

static enum status read_array(const char *typed, char words[static GROUP_WORDS_SIZE])
{
  cJSON *list CLEANUP(free_json) = cJSON_ParseWithOpts(typed, NULL, true);
  const cJSON *item = NULL;
  enum status status = cJSON_GetArraySize(list) > 0 ? STATUS_OK : STATUS_INVALID;
  cJSON_ArrayForEach(item, list)
  {
    const char *name = cJSON_GetStringValue(item);
    bool legal = name != NULL && group_list_takes(name, strlen(name));
    status = status == STATUS_OK && !legal ? STATUS_INVALID : status;
    status = status == STATUS_OK ? group_words_add(words, name) : status;
  }
  return status;
}

int group_values_typed(const char *key, const char *typed, char ret_words[static GROUP_WORDS_SIZE])
{
  char words[GROUP_WORDS_SIZE] = "";
  enum status status = typed[0] == '[' ? read_array(typed, words) : text_copy(typed, words, sizeof words);
  if (status != STATUS_OK) {
    return fail(EXIT_USAGE,
                "%s: is neither names of groups separated by commas nor a JSON array of them, of at most %zu "
                "bytes and not empty; \"none\" takes it away",
                key, sizeof words - 1);
  }
  memcpy(ret_words, words, sizeof words);
  return EXIT_DONE;
}
