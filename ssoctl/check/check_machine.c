// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "check/check.h"
#include "paths.h"
#include "program.h"

enum { MIB = 1024 * 1024, FEW_MIB = 256, NONE_MIB = 32 };

static void look_at_nscd(struct findings *findings)
{
  if (access("/run/nscd/socket", F_OK) == 0) {
    findings_add(findings, SEVERITY_CRITICAL, "nscd", "stop nscd: systemctl disable --now nscd (or unscd)",
                 "nscd answers for the name service: sshd is told of nobody who signs in for the first time");
    return;
  }
  findings_add(findings, SEVERITY_OK, "nscd", NULL, "none runs");
}

// What verifies ID tokens keeps a file there, as the helper's own user (liboauth2).
static void look_at_shared_memory(struct findings *findings)
{
  static const char SHM[] = "/dev/shm";
  struct stat st;
  struct statvfs fs;
  bool there = stat(SHM, &st) == 0 && S_ISDIR(st.st_mode) && statvfs(SHM, &fs) == 0;
  if (there && (st.st_mode & 01003) == 01003 && (fs.f_flag & ST_RDONLY) == 0) {
    findings_add(findings, SEVERITY_OK, "shm", NULL, "%s is there for everybody", SHM);
    return;
  }
  findings_add(findings, SEVERITY_CRITICAL, "shm", "mount -t tmpfs -o mode=1777,nosuid,nodev shm /dev/shm",
               "%s is %s: nobody is signed in by a provider", SHM,
               there ? "not for everybody to write, with mode 1777" : "not there");
}

static void look_at_clock(struct findings *findings)
{
  struct timex clock = {.modes = 0};
  int state = adjtimex(&clock);
  if (state < 0) {
    findings_add(findings, SEVERITY_WARNING, "clock", "look at 'timedatectl'", "it cannot be asked: %s",
                 strerror(errno));
  } else if (state == TIME_ERROR || (clock.status & STA_UNSYNC) != 0) {
    findings_add(findings, SEVERITY_WARNING, "clock", "run a time service, such as systemd-timesyncd or chrony",
                 "the kernel says that it is not synchronized: ID tokens of a clock that is minutes off are refused");
  } else {
    findings_add(findings, SEVERITY_OK, "clock", NULL, "it is synchronized");
  }
}

static void look_at_room(const char *path, struct findings *findings)
{
  struct statvfs fs;
  if (statvfs(path, &fs) != 0) {
    findings_add(findings, SEVERITY_CRITICAL, "room", "mount it", "%s: %s", path, strerror(errno));
    return;
  }
  unsigned long long free_mib = (unsigned long long)fs.f_bavail * fs.f_frsize / MIB;
  bool read_only = (fs.f_flag & ST_RDONLY) != 0;
  bool no_inodes = fs.f_files > 0 && fs.f_favail == 0;
  if (read_only || no_inodes || free_mib < NONE_MIB) {
    findings_add(findings, SEVERITY_CRITICAL, "room", "make room, or mount it for writing: no sign-in can be stored",
                 "%s: %s, %llu MiB are free%s", path, read_only ? "read-only" : "for writing", free_mib,
                 no_inodes ? ", no inode" : "");
  } else if (free_mib < FEW_MIB) {
    findings_add(findings, SEVERITY_WARNING, "room", "make room", "%s: %llu MiB are free", path, free_mib);
  } else {
    findings_add(findings, SEVERITY_OK, "room", NULL, "%s: %llu MiB are free", path, free_mib);
  }
}

static void look_at_timer(const char *unit, const char *what, struct findings *findings)
{
  const char *const words[] = {"/usr/bin/systemctl", "is-active", "--quiet", unit, NULL};
  char mend[FINDING_MEND_SIZE];
  int code = 1;
  if (program_run(words, true, &code) == STATUS_OK && code == 0) {
    findings_add(findings, SEVERITY_OK, "timer", NULL, "%s runs", unit);
    return;
  }
  (void)snprintf(mend, sizeof mend, "systemctl enable --now %s", unit);
  findings_add(findings, SEVERITY_WARNING, "timer", mend, "%s does not run: %s", unit, what);
}

void check_machine(const char *store_dir, struct findings *findings)
{
  look_at_nscd(findings);
  look_at_shared_memory(findings);
  look_at_clock(findings);
  look_at_room(store_dir, findings);
  if (access("/run/systemd/system", F_OK) == 0) {
    look_at_timer("ssoorg-domains.timer", "nobody sees it when a domain's record is gone", findings);
    look_at_timer("ssoorg-expire.timer", "open sessions outlast the access that they were opened by", findings);
    look_at_timer("ssoorg-recheck.timer", "nobody sees it when people are gone at their provider", findings);
    look_at_timer("ssoorg-audit.timer", "the log has no head of the audit trail", findings);
    look_at_timer("ssoorg-check.timer", "nobody hears of what this command finds", findings);
  }
}

struct file_place {
  const char *path;
  mode_t most; // no other bits
  bool folder;
};

static void look_at_place(const struct file_place *place, struct findings *findings)
{
  struct stat st;
  char mend[FINDING_MEND_SIZE];
  if (lstat(place->path, &st) != 0) {
    findings_add(findings, SEVERITY_CRITICAL, "files", "run 'ssoctl init'", "%s: %s", place->path, strerror(errno));
    return;
  }
  bool kind = place->folder ? S_ISDIR(st.st_mode) : S_ISREG(st.st_mode);
  if (kind && st.st_uid == 0 && (st.st_mode & 07777 & ~place->most) == 0) {
    return;
  }
  (void)snprintf(mend, sizeof mend, "chown root:root %s; chmod %04o %s", place->path, place->most, place->path);
  findings_add(findings, SEVERITY_CRITICAL, "files", mend,
               "%s: %s of uid %u with mode %04o; at most %04o of root is safe", place->path,
               kind ? "is" : "is something else, and", st.st_uid, st.st_mode & 07777, place->most);
}

void check_files(const struct context *ctx, struct findings *findings)
{
  char data[4096];
  char lock[4096];
  size_t before = findings->count;
  (void)snprintf(data, sizeof data, "%s/data.mdb", ctx->store_dir);
  (void)snprintf(lock, sizeof lock, "%s/lock.mdb", ctx->store_dir);
  const struct file_place places[] = {{ctx->store_dir, 0700, true},
                                      {data, 0600, false},
                                      {lock, 0600, false},
                                      {ctx->map_path, 0644, false},
                                      {ctx->config_path, 0644, false}};
  for (size_t i = 0; i < COUNT_OF(places); i++) {
    look_at_place(&places[i], findings);
  }
  if (findings->count == before) {
    findings_add(findings, SEVERITY_OK, "files", NULL,
                 "store, map and settings are root's, and nobody else writes them");
  }
}
