// SPDX-License-Identifier: Apache-2.0
#include "questions.h"

#include <fcntl.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "paths.h"

enum { BUFFER_SIZE = 4096, GROUPS_SIZE = 64, HEAD_SIZE = 128, RECORD_SIZE = 768, STRIDE = 64 };

// In glibc, but in no header of its.
extern int __nss_configure_lookup(const char *database, const char *services);

static void choose_person(uint32_t index, uint32_t count, struct subject *ret_subject)
{
  struct map_account person;
  struct subject subject = {.uid = PEOPLE_FIRST_UID + index};
  person_at(index, count, &person);
  memcpy(subject.name, person.login, sizeof subject.name);
  subject.group_count = (int)person.groups.count + 1;
  *ret_subject = subject;
}

static void choose_unknown(uint32_t index, uint32_t count, struct subject *ret_subject)
{
  (void)count;
  *ret_subject = (struct subject){.uid = 0};
  (void)snprintf(ret_subject->name, sizeof ret_subject->name, "u%06u", index);
}

static void choose_stranger(uint32_t index, uint32_t count, struct subject *ret_subject)
{
  (void)count;
  *ret_subject = (struct subject){.uid = 0};
  (void)snprintf(ret_subject->name, sizeof ret_subject->name, "u%06ux@" PEOPLE_DOMAIN, index);
}

static bool ask_name(const struct subject *subject)
{
  char buffer[BUFFER_SIZE];
  struct passwd entry;
  struct passwd *found = NULL;
  return getpwnam_r(subject->name, &entry, buffer, sizeof buffer, &found) == 0 && found != NULL &&
         found->pw_uid == subject->uid;
}

static bool ask_uid(const struct subject *subject)
{
  char buffer[BUFFER_SIZE];
  struct passwd entry;
  struct passwd *found = NULL;
  return getpwuid_r(subject->uid, &entry, buffer, sizeof buffer, &found) == 0 && found != NULL &&
         found->pw_uid == subject->uid;
}

// Services say "not known" with different codes.
static bool ask_unknown(const struct subject *subject)
{
  char buffer[BUFFER_SIZE];
  struct passwd entry;
  struct passwd *found = NULL;
  (void)getpwnam_r(subject->name, &entry, buffer, sizeof buffer, &found);
  return found == NULL;
}

static bool ask_groups(const struct subject *subject)
{
  gid_t groups[GROUPS_SIZE];
  int count = GROUPS_SIZE;
  return getgrouplist(subject->name, subject->uid, groups, &count) == subject->group_count;
}

static bool read_somewhere(int fd, size_t length, off_t at)
{
  char data[RECORD_SIZE];
  return pread(fd, data, length, at) == (ssize_t)length;
}

// Two places that depend on the person, one in each half of the file, as those of slot and record do.
static bool ask_calls(const struct subject *subject)
{
  struct stat info;
  off_t at = (off_t)(subject->uid - PEOPLE_FIRST_UID) * STRIDE;
  int fd CLEANUP(cleanup_fd) = open(PATH_MAP, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0 || fstat(fd, &info) != 0 || info.st_size / 2 <= RECORD_SIZE || !read_somewhere(fd, HEAD_SIZE, 0)) {
    return false;
  }
  at %= info.st_size / 2 - RECORD_SIZE;
  return read_somewhere(fd, HEAD_SIZE, at) && read_somewhere(fd, RECORD_SIZE, info.st_size / 2 + at);
}

const struct question_kind QUESTION_KINDS[] = {
    {"name", choose_person, ask_name},         {"uid", choose_person, ask_uid},
    {"unknown", choose_unknown, ask_unknown},  {"stranger", choose_stranger, ask_unknown},
    {"initgroups", choose_person, ask_groups}, {"calls", choose_person, ask_calls},
};

const struct question_kind *question_kind(const char *name)
{
  for (size_t i = 0; i < COUNT_OF(QUESTION_KINDS); i++) {
    if (strcmp(QUESTION_KINDS[i].name, name) == 0) {
      return &QUESTION_KINDS[i];
    }
  }
  return NULL;
}

bool questions_go_to(const char *service)
{
  return __nss_configure_lookup("passwd", service) == 0 && __nss_configure_lookup("group", service) == 0;
}

static bool is_person(const struct passwd *entry, const struct map_account *person)
{
  return entry != NULL && strcmp(entry->pw_name, person->login) == 0 && entry->pw_uid == person->uid &&
         entry->pw_gid == person->gid && strcmp(entry->pw_gecos, person->gecos) == 0 &&
         strcmp(entry->pw_dir, person->home) == 0 && strcmp(entry->pw_shell, person->shell) == 0;
}

static bool is_group_of(gid_t gid, const struct map_account *person)
{
  bool found = gid == person->gid;
  for (uint32_t i = 0; i < person->groups.count; i++) {
    found = found || gid == person->groups.values[i];
  }
  return found;
}

static bool groups_are_known(const struct map_account *person)
{
  gid_t groups[GROUPS_SIZE];
  int count = GROUPS_SIZE;
  bool good = getgrouplist(person->login, person->gid, groups, &count) == (int)person->groups.count + 1;
  for (int i = 0; good && i < count; i++) {
    good = is_group_of(groups[i], person);
  }
  return good;
}

bool person_is_known(uint32_t index, uint32_t count)
{
  struct map_account person;
  person_at(index, count, &person);
  return is_person(getpwnam(person.login), &person) && is_person(getpwuid(person.uid), &person) &&
         groups_are_known(&person);
}

// xorshift64 (Marsaglia: "Xorshift RNGs", 2003).
uint32_t random_index(uint64_t *state, uint32_t count)
{
  uint64_t value = *state;
  value ^= value << 13;
  value ^= value >> 7;
  value ^= value << 17;
  *state = value;
  return (uint32_t)((value >> 16) % count);
}

struct subject *subjects_new(const struct question_kind *kind, uint32_t count, size_t size, uint64_t seed)
{
  uint64_t state = seed * 2 + 1;
  struct subject *subjects = calloc(size, sizeof *subjects);
  for (size_t i = 0; subjects != NULL && i < size; i++) {
    kind->choose(random_index(&state, count), count, &subjects[i]);
  }
  return subjects;
}
