// SPDX-License-Identifier: Apache-2.0
#include "sso_prompt.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "active_org/home_line.h"
#include "base/text.h"
#include "terminal.h"

enum { HOST_SIZE = 256, WHO_SIZE = 4 * HOST_SIZE + 4 * DISPLAY_SIZE + LOGIN_SIZE + 400 };

static const char ENTER[] = "Press Enter when you have approved it there: ";

// Who signs in to what, through whom and from where.
static void compose_who(const struct sso_prompt *p, char text[static WHO_SIZE])
{
  char host[HOST_SIZE] = "this host";
  char org[4 * DISPLAY_SIZE];
  char from[4 * HOST_SIZE];
  char slug[SLUG_SIZE + 4] = "";
  const char *rhost = p->s->request->rhost;
  (void)gethostname(host, sizeof host - 1);
  text_escape(p->org->name, strlen(p->org->name), org, sizeof org);
  text_escape(rhost, strlen(rhost), from, sizeof from);
  if (p->way == WAY_SSO) {
    (void)snprintf(slug, sizeof slug, " (%s)", p->org->slug);
  }
  (void)snprintf(text, WHO_SIZE, "Sign in to %.200s through %s%s as %s%s%s", host, org, slug, p->s->request->login,
                 from[0] != '\0' ? " from " : "", from);
}

struct look {
  bool complete; // the address that has the code in it
  bool picture;
};

static void compose(const struct sso_prompt *p, struct look look, char text[static PROTOCOL_PROMPT_SIZE])
{
  const struct message_code *code = p->code;
  char who[WHO_SIZE];
  compose_who(p, who);
  // Begins with a newline: ssh puts "(user@host) " in front of the first line.
  int used = snprintf(text, PROTOCOL_PROMPT_SIZE,
                      "\n%s: open\n%s\nand enter the code\n%s\n%s%s%s"
                      "Approve only what you began here yourself: nobody may have sent you this.\n",
                      who, code->verification_uri, code->user_code, look.complete ? "or open\n" : "",
                      look.complete ? code->verification_uri_complete : "", look.complete ? "\n" : "");
  bool room = used > 0 && (size_t)used + strlen(code->qr) + sizeof ENTER <= PROTOCOL_PROMPT_SIZE;
  char *end = text + strlen(text);
  end = look.picture && room ? stpcpy(end, code->qr) : end;
  (void)snprintf(end, PROTOCOL_PROMPT_SIZE - (size_t)(end - text), "%s", ENTER);
}

// Of a line of UTF-8; each of its characters is one column wide.
static int width_of(const char *line, size_t length)
{
  int width = 0;
  for (size_t i = 0; i < length; i++) {
    width += ((unsigned char)line[i] & 0xc0) != 0x80;
  }
  return width;
}

// How many lines of a terminal with COLUMNS the text takes, without what stands before its first one; more than any has
// if a line of the picture does not fit.
static int lines_of(const char *text, const char *picture, int columns)
{
  int lines = 0;
  if (width_of(picture, strcspn(picture, "\n")) > columns) {
    return INT32_MAX;
  }
  for (const char *at = text + (text[0] == '\n'); *at != '\0';) {
    size_t length = strcspn(at, "\n");
    int width = width_of(at, length);
    lines += width == 0 ? 1 : 1 + (width - 1) / columns;
    at += length + (at[length] == '\n');
  }
  return lines;
}

static bool fits(const struct terminal *terminal, const char *picture, const char *text)
{
  return terminal->utf8 && !terminal->dumb && lines_of(text, picture, terminal->columns) <= terminal->lines;
}

// Whether there is room for the picture; TEXT is composed with it then. It says the same as the longer address: where
// both do not fit it goes alone.
static bool compose_picture(const struct sso_prompt *p, bool complete, char text[static PROTOCOL_PROMPT_SIZE])
{
  compose(p, (struct look){complete, true}, text);
  if (p->qr == QR_ALWAYS) {
    return true;
  }
  const struct terminal terminal =
      session_is_ssh(p->s) ? terminal_of_ssh() : terminal_of(p->s->request->tty, getppid());
  if (fits(&terminal, p->code->qr, text)) {
    return true;
  }
  compose(p, (struct look){false, true}, text);
  return fits(&terminal, p->code->qr, text);
}

void sso_prompt_compose(const struct sso_prompt *p, char text[static PROTOCOL_PROMPT_SIZE])
{
  bool full = p->org->device_link == DEVICE_LINK_FULL; // what carries the code along is easily sent to somebody (H73)
  bool complete = full && p->code->verification_uri_complete[0] != '\0';
  bool picture = full && p->qr != QR_NEVER && p->code->qr[0] != '\0';
  if (!picture || !compose_picture(p, complete, text)) {
    compose(p, (struct look){complete, false}, text);
  }
}

enum qr sso_prompt_qr(const struct session *s, const struct facts *facts)
{
  char word[HOME_LINE_SIZE];
  enum qr own = s->config.qr;
  const struct account *account = &facts->account;
  if (!facts->person.known) {
    return s->config.qr;
  }
  const struct home_owner owner = {account->home, account->uid, account->gid};
  enum status status = home_line_load_as(&owner, "qr", word);
  if (status == STATUS_INVALID || (status == STATUS_OK && !config_read_qr(word, &own))) {
    session_log(LOG_NOTICE, "%s/.config/ssoorg/qr: is not a plain file of login=%s with auto, always or never: ignored",
                account->home, account->login);
  }
  return own;
}
