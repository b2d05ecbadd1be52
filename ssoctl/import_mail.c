// SPDX-License-Identifier: Apache-2.0
#include "import_mail.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "progress.h"
#include "store/entities.h"

enum { PAUSE_S = 15 };

int import_mail_open(struct context *ctx, struct import_mail *mail)
{
  int code = mailer_open(ctx, &mail->mailer);
  if (code != EXIT_DONE) {
    return code;
  }
  mail->mailer.counted = true;
  int fd CLEANUP(cleanup_fd) = context_temporary_file(ctx);
  mail->people = fd >= 0 ? fdopen(fd, "w+e") : NULL;
  if (mail->people == NULL) {
    return EXIT_FAILED;
  }
  (void)take_fd(&fd);
  return EXIT_DONE;
}

void import_mail_done(struct import_mail *mail)
{
  mailer_done(&mail->mailer);
  if (mail->people != NULL) {
    (void)fclose(mail->people);
  }
}

void import_mail_restart(struct import_mail *mail)
{
  mail->count = 0;
  if (mail->people != NULL) {
    rewind(mail->people);
  }
}

void import_mail_note(struct import_mail *mail, const char *email, const char *login, const char *role)
{
  if (mail->people == NULL) {
    return;
  }
  int length = fprintf(mail->people, "%s\t%s\t%s\n", email, login, role);
  mail->not_noted = mail->not_noted || length < 0;
  mail->count++;
}

static void pause_for_more(void *context)
{
  progress_say(context, "waiting until more mails may go (mails-per-host)");
  (void)sleep(PAUSE_S);
}

static int send_one(struct import_mail *mail, const char *org, char *line)
{
  char *rest = line;
  const char *email = strsep(&rest, "\t");
  const char *login = strsep(&rest, "\t");
  const char *role = strsep(&rest, "\n");
  if (email == NULL || login == NULL || role == NULL) {
    return EXIT_FAILED;
  }
  const struct mailing mailing = {.to = email, .part = MAIL_MEMBER, .said = {.org = org, .login = login, .role = role}};
  return mailer_send(&mail->mailer, &mailing);
}

int import_mail_send(struct import_mail *mail, const char *slug)
{
  char org[DISPLAY_SIZE + SLUG_SIZE + 4];
  char *line CLEANUP(cleanup_free) = NULL;
  size_t size = 0;
  uint64_t sent = 0;
  if (mail->people == NULL || mail->count == 0) {
    return EXIT_DONE;
  }
  int code = mailer_org(&mail->mailer, slug, org, sizeof org);
  if (code != EXIT_DONE) {
    return code;
  }
  struct progress progress = progress_begin(true, mail->count);
  if (isatty(STDERR_FILENO) == 1) { // where somebody sees that it waits
    mail->mailer.pause = pause_for_more;
    mail->mailer.context = &progress;
  }
  rewind(mail->people);
  for (uint64_t i = 0; i < mail->count && getline(&line, &size, mail->people) > 0; i++) {
    progress_show(&progress, i);
    sent += send_one(mail, org, line) == EXIT_DONE;
  }
  progress_end(&progress);
  if (sent == mail->count) {
    context_done(mail->mailer.ctx, "%llu people were told by mail", (unsigned long long)sent);
    return EXIT_DONE;
  }
  return fail(EXIT_FAILED, "%llu of %llu people were told by mail; the others, above, are members all the same",
              (unsigned long long)sent, (unsigned long long)mail->count);
}
