// SPDX-License-Identifier: Apache-2.0
// One request of the PAM module being answered: what all phases share.
#pragma once
#include "change/sign_in.h"
#include "change/throttle.h"
#include "config/config.h"
#include "facts/facts.h"
#include "protocol/channel.h"

struct session {
  struct channel module;
  enum message_type type;
  const struct message_request *request;
  struct config config;
  bool config_readable;
  int64_t choose_until_ms; // what may be chosen after a sign-in is asked until then, well within the ticket's time
  struct error error;      // why config or store cannot be read, or the last change was not made
  struct policy_decision decision;
  char org[SLUG_SIZE];  // that governs the login, "" for none
  char help[HELP_SIZE]; // its line for refusals
};

// Reads the host's settings and what the store knows of the login into *RET_FACTS, in one read transaction; mends a
// published map that is not current. That a host cannot be read is a fact too (row L3): the reason is logged.
void session_load(struct session *s, struct facts *ret_facts);

// Opens the store to be read, and begins; both are the caller's to end, also after a failure. Errors as store_open()
// and store_begin(); ERROR, which may be NULL, says what cannot be opened.
MUST_CHECK enum status session_read(struct error *error, struct store **ret_store, struct store_txn **ret_txn);

// Who makes changes here: the person, from where they sign in. Borrows from S.
struct change_by session_by(const struct session *s);

// Whether an ssh key was accepted in the same connection.
bool session_with_key(const struct session *s);

// The number that the calling program was told.
struct told_number session_told_number(const struct session *s);

// Adds to the audit trail that somebody who has proven who they are was refused; REASON says why.
void session_note_refused(struct session *s, const char *org, const char *row, const char *reason);

// Opens the store for CHANGE, carries it out and closes. Errors as change_run(), logged.
MUST_CHECK enum status session_change(struct session *s, struct change change);

// Tells the person a sentence (PAM_ERROR_MSG or PAM_TEXT_INFO); the latter not where the program has asked for silence.
// A module that has gone is no failure here.
void session_tell(struct session *s, enum message_type type, const char *text);

// Whether sshd asks: it keeps what is told until the next question, and hears of the terminal afterwards.
bool session_is_ssh(const struct session *s);

// Sends a question of one line, and lines before it; elsewhere than over ssh these are told, so that they are seen
// under a program that asks in words of its own ('sudo -p') or wants silence. DEADLINE_MS is for sending. Errors as
// channel_send().
MUST_CHECK enum status session_prompt(struct session *s, bool echo, const char *text, int64_t deadline_ms);

// Tells the person the sentence of NOTICE and logs the refusal with ROW. Always STATUS_TOLD, to be passed on.
enum status session_refuse(struct session *s, const char *row, enum notice notice, const char *detail);

// The same with a LINE of its own below the sentence, "" for none.
enum status session_refuse_saying(struct session *s, const char *row, enum notice notice, const char *detail,
                                  const char *line);

// What a person is told where a change ended with STATUS, which no policy said.
enum notice session_notice_of(enum status status);

// The same of a sign-in, of which a policy may have: its DECISION, whose row is NULL if it came to none. The fleet may
// have had a word, too.
enum notice session_refusal_of(enum status status, const struct policy_decision *decision);

// Counts a try that is about to be made (POLICY T); ORG is the slug for TRY_SIGN_IN, else "". STATUS_TOLD: they have
// to wait; STATUS_OK, after a while if it is to be slow. Whoever is not an owner may not try without being
// counted: STATUS_TOLD for them too, and OWNER goes on, slowly; but nobody begins a sign-in whose end cannot be stored.
MUST_CHECK enum status session_try(struct session *s, enum try_kind kind, const char *org, bool owner);

// Counts a refusal of somebody who has not proven to be anybody, through the connection of the org SLUG ("" for none);
// DETAIL is for admins.
void session_count_refusal(struct session *s, enum notice notice, const char *slug, const char *detail);

// Whether STATUS leaves nothing to say: it was said, or nobody is there to hear it.
bool session_is_over(enum status status);

// Asks with a prompt and waits for the answer until DEADLINE_MS. *RET_ANSWER: bytes_done(). STATUS_REFUSED if the
// conversation failed; STATUS_CLOSED, STATUS_TIMEOUT, STATUS_PROTOCOL as channel_receive().
MUST_CHECK enum status session_ask(struct session *s, bool echo, const char *text, int64_t deadline_ms,
                                   struct bytes *ret_answer);

// A question for the account's own password, at a hidden prompt.
struct own_password {
  const char *text;
  int64_t deadline_ms;
  bool owner; // as session_try() takes it
};

// Asks, counts the try and compares. STATUS_OK: *RET_TYPED is the password (bytes_done()). STATUS_NOT_FOUND: it is
// another one, which is counted; telling is the caller's. STATUS_TOLD: no more tries. Otherwise as session_ask().
MUST_CHECK enum status session_ask_own_password(struct session *s, const struct account *account,
                                                const struct own_password *question, struct bytes *ret_typed);

// One line to syslog's AUTHPRIV: printable ASCII, never a secret.
__attribute__((format(printf, 2, 3))) void session_log(int priority, const char *format, ...);
