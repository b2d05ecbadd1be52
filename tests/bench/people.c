// SPDX-License-Identifier: Apache-2.0
#include "people.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

uint32_t org_count(uint32_t count)
{
  uint32_t full = (count + ORG_SIZE - 1) / ORG_SIZE;
  return full < 2 ? 2 : full;
}

void person_at(uint32_t index, uint32_t count, struct map_account *ret_person)
{
  struct map_account person = {.uid = PEOPLE_FIRST_UID + index, .gid = PEOPLE_FIRST_UID + index};
  uint32_t org = index / ORG_SIZE;
  (void)snprintf(person.login, sizeof person.login, "u%06u@" PEOPLE_DOMAIN, index);
  (void)snprintf(person.gecos, sizeof person.gecos, "Person %06u", index);
  (void)snprintf(person.home, sizeof person.home, "/home/%s", person.login);
  (void)snprintf(person.shell, sizeof person.shell, "/bin/bash");
  person.groups.values[person.groups.count++] = ORGS_FIRST_GID + org;
  if (index % 2 == 1) {
    person.groups.values[person.groups.count++] = ORGS_FIRST_GID + (org + 1) % org_count(count);
  }
  *ret_person = person;
}

static enum status add_members(uint32_t org, uint32_t step, uint32_t count, struct map_group *group)
{
  enum status status = STATUS_OK;
  for (uint32_t i = org * ORG_SIZE + step - 1; i < (org + 1) * ORG_SIZE && i < count; i += step) {
    struct map_account person;
    person_at(i, count, &person);
    group->member_count++;
    status = bytes_append(&group->members, person.login, strlen(person.login) + 1);
    if (status != STATUS_OK) {
      break;
    }
  }
  return status;
}

enum status org_at(uint32_t number, uint32_t count, struct map_group *ret_group)
{
  uint32_t orgs = org_count(count);
  struct map_group group = {.gid = ORGS_FIRST_GID + number, .members = BYTES_EMPTY};
  (void)snprintf(group.name, sizeof group.name, "org%05u", number);
  enum status status = add_members(number, 1, count, &group);
  if (status == STATUS_OK) {
    status = add_members((number + orgs - 1) % orgs, 2, count, &group);
  }
  if (status != STATUS_OK) {
    record_done(&MAP_GROUP_RECORD, &group);
    return status;
  }
  *ret_group = group;
  return STATUS_OK;
}

enum status people_count(const char *text, uint32_t *ret_count)
{
  int64_t count = 0;
  enum status status = text_to_i64(text, 1, PEOPLE_MAX, &count);
  if (status == STATUS_OK) {
    *ret_count = (uint32_t)count;
  }
  return status;
}
