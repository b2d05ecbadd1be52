// SPDX-License-Identifier: Apache-2.0
// A stub of a provider: plain http on 127.0.0.1, canned answers by path, one thread, one connection at a time.
#pragma once
#include <stddef.h>

enum stub_manner {
  STUB_ANSWER = 0,
  STUB_HANG,    // reads the request and says nothing
  STUB_DRIP,    // one byte of the body each 100 ms
  STUB_ENDLESS, // a body without an end
  STUB_HEADERS, // header lines without an end
  STUB_CLOSE,   // closes without an answer
};

struct stub_reply {
  int status;       // 200 for 0
  const char *body; // copied; "~" in it stands for the issuer
  const char *type; // "application/json" for NULL; static
  const char *more; // header lines, each with CR LF, or NULL; static
  enum stub_manner manner;
  const char *echo; // "NAME=": the body is an error whose description is the value of that form member; static
};

struct stub;

struct stub *stub_start(void);
void stub_stop(struct stub *stub);

// "http://127.0.0.1:PORT". Borrowed.
const char *stub_issuer(const struct stub *stub);

// Adds an answer for PATH. Each is used once, in order; the last one goes on.
void stub_reply(struct stub *stub, const char *path, const struct stub_reply *reply);

// Forgets all answers for PATH.
void stub_forget(struct stub *stub, const char *path);

// How often PATH was asked for, and the text of the last request for it (head and body), "" if none. Copied, for
// free().
size_t stub_count(struct stub *stub, const char *path);
char *stub_last(struct stub *stub, const char *path);

// Milliseconds between the last two requests for PATH.
long stub_pause_ms(struct stub *stub, const char *path);
