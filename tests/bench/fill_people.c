// SPDX-License-Identifier: Apache-2.0
// fill_people FORM COUNT: the people of people.h in the form that a name service reads, on standard output. Forms:
//   passwd, group              lines as in /etc/passwd and /etc/group
//   passwd-records, ...        what libnss-db's makedb makes a database of: each line by position, name and number
//   passwd-by-name, ...        libnss-cache's index of the lines: sorted entries of one width, {key, offset}
//   passwd-by-number, ...
// fill_people map COUNT PATH: the published map, put at PATH.
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "map/map_build.h"
#include "people.h"

enum {
  LINE_SIZE = sizeof(struct map_account),
  NAME_ENTRY = 32,
  NUMBER_ENTRY = 24,
  FIRST_FREE_NUMBER = 1000,
  LAST_NUMBER = 4000000
};

struct line {
  const char *text;
  const char *name;
  uint32_t number;
  uint32_t position; // which line it is
  uint64_t offset;   // where it begins
};
typedef void write_function(const struct line *line);
typedef enum status walk_function(uint32_t count, write_function *write);

static void write_line(const struct line *line)
{
  (void)puts(line->text);
}

static void write_records(const struct line *line)
{
  (void)printf("0%u %s\n", line->position, line->text);
  (void)printf(".%s %s\n", line->name, line->text);
  (void)printf("=%u %s\n", line->number, line->text);
}

static void write_entry(const char *key, uint64_t offset, size_t width)
{
  char entry[NAME_ENTRY] = "";
  (void)snprintf(entry, width, "%s%c%llu", key, '\0', (unsigned long long)offset);
  entry[width - 1] = '\n';
  (void)fwrite(entry, 1, width, stdout);
}

// Names and numbers all have one length and ascend, orgs before people: they are sorted as they come.
static void write_by_name(const struct line *line)
{
  write_entry(line->name, line->offset, NAME_ENTRY);
}

static void write_by_number(const struct line *line)
{
  char key[16];
  (void)snprintf(key, sizeof key, "%u", line->number);
  write_entry(key, line->offset, NUMBER_ENTRY);
}

// Hands LINE on and makes it the empty line behind it.
static void hand_on(struct line *line, write_function *write)
{
  write(line);
  line->position++;
  line->offset += strlen(line->text) + 1;
}

static enum status walk_passwd(uint32_t count, write_function *write)
{
  char text[LINE_SIZE];
  struct map_account person;
  struct line line = {.text = text, .name = person.login};
  for (uint32_t i = 0; i < count; i++) {
    person_at(i, count, &person);
    (void)snprintf(text, sizeof text, "%s:*:%u:%u:%s:%s:%s", person.login, person.uid, person.gid, person.gecos,
                   person.home, person.shell);
    line.number = person.uid;
    hand_on(&line, write);
  }
  return STATUS_OK;
}

static void group_done(struct map_group *group)
{
  record_done(&MAP_GROUP_RECORD, group);
}

static enum status walk_org(uint32_t number, uint32_t count, struct line *line, write_function *write)
{
  struct map_group group CLEANUP(group_done) = {.gid = 0};
  struct bytes text CLEANUP(bytes_done) = BYTES_EMPTY;
  char head[LINE_SIZE];
  enum status status = org_at(number, count, &group);
  if (status != STATUS_OK) {
    return status;
  }
  for (size_t i = 0; i + 1 < group.members.length; i++) {
    if (group.members.data[i] == '\0') {
      group.members.data[i] = ',';
    }
  }
  (void)snprintf(head, sizeof head, "%s:*:%u:", group.name, group.gid);
  status = bytes_append_text(&text, head);
  if (status == STATUS_OK) {
    status = bytes_append_text(&text, bytes_text(&group.members));
  }
  if (status == STATUS_OK) {
    line->text = bytes_text(&text);
    line->name = group.name;
    line->number = group.gid;
    hand_on(line, write);
  }
  return status;
}

static enum status walk_group(uint32_t count, write_function *write)
{
  char text[LINE_SIZE];
  struct map_account person;
  struct line line = {.text = NULL};
  enum status status = STATUS_OK;
  for (uint32_t i = 0; status == STATUS_OK && i < org_count(count); i++) {
    status = walk_org(i, count, &line, write);
  }
  for (uint32_t i = 0; status == STATUS_OK && i < count; i++) {
    person_at(i, count, &person);
    (void)snprintf(text, sizeof text, "%s:*:%u:", person.login, person.gid);
    line.text = text;
    line.name = person.login;
    line.number = person.gid;
    hand_on(&line, write);
  }
  return status;
}

static enum status add_settings(struct map_builder *map, uint32_t count)
{
  struct map_domain domain = {.domain = PEOPLE_DOMAIN, .org_gid = ORGS_FIRST_GID};
  struct map_settings settings = {.sshd_paths = "/usr/sbin/sshd", .home = "/home", .shell = "/bin/bash"};
  settings.ranges = (struct u32_list){2, {FIRST_FREE_NUMBER, LAST_NUMBER}};
  settings.used = (struct u32_list){1, {count + org_count(count)}};
  enum status status = map_add_settings(map, &settings);
  return status != STATUS_OK ? status : map_add_domain(map, &domain);
}

static enum status add_org(struct map_builder *map, uint32_t number, uint32_t count)
{
  struct map_group group CLEANUP(group_done) = {.gid = 0};
  enum status status = org_at(number, count, &group);
  return status != STATUS_OK ? status : map_add_group(map, &group);
}

static enum status write_map(uint32_t count, const char *path)
{
  struct map_builder map CLEANUP(map_builder_done) = {.seed = "speed of look-up"};
  struct map_account person;
  enum status status = add_settings(&map, count);
  for (uint32_t i = 0; status == STATUS_OK && i < org_count(count); i++) {
    status = add_org(&map, i, count);
  }
  for (uint32_t i = 0; status == STATUS_OK && i < count; i++) {
    person_at(i, count, &person);
    status = map_add_account(&map, &person);
  }
  return status != STATUS_OK ? status : map_write(&map, path, 1);
}

struct form {
  const char *name;
  walk_function *walk;
  write_function *write;
};
static const struct form FORMS[] = {
    {"passwd", walk_passwd, write_line},
    {"passwd-records", walk_passwd, write_records},
    {"passwd-by-name", walk_passwd, write_by_name},
    {"passwd-by-number", walk_passwd, write_by_number},
    {"group", walk_group, write_line},
    {"group-records", walk_group, write_records},
    {"group-by-name", walk_group, write_by_name},
    {"group-by-number", walk_group, write_by_number},
};

static enum status write_form(const char *name, uint32_t count)
{
  enum status status = STATUS_INVALID;
  for (size_t i = 0; i < sizeof FORMS / sizeof FORMS[0]; i++) {
    if (strcmp(FORMS[i].name, name) == 0) {
      status = FORMS[i].walk(count, FORMS[i].write);
    }
  }
  return status == STATUS_OK && (fflush(stdout) != 0 || ferror(stdout) != 0) ? STATUS_IO : status;
}

int main(int argc, char **argv)
{
  uint32_t count = 0;
  bool map = argc == 4 && strcmp(argv[1], "map") == 0;
  if ((argc != 3 && !map) || people_count(argv[2], &count) != STATUS_OK) {
    (void)fprintf(stderr, "usage: fill_people FORM COUNT | fill_people map COUNT PATH; COUNT is 1 to %d\n", PEOPLE_MAX);
    return 2;
  }
  enum status status = map ? write_map(count, argv[3]) : write_form(argv[1], count);
  if (status != STATUS_OK) {
    (void)fprintf(stderr, "fill_people: %s %s: %s\n", argv[1], map ? argv[3] : argv[2], status_text(status));
    return 1;
  }
  return 0;
}
