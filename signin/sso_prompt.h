// SPDX-License-Identifier: Apache-2.0
// What somebody reads who signs in through a provider: address and code on lines of their own, so that a click selects
// exactly one, and below them, where there is room for it, the address as a picture (POLICY K7, HOLES H73).
#pragma once
#include "session.h"

struct sso_prompt {
  const struct session *s;
  const struct org *org; // of a social connection: its title alone
  enum way way;
  const struct message_code *code;
  enum qr qr; // the person's choice, or the host's
};

// For session_prompt(): lines, and the question.
void sso_prompt_compose(const struct sso_prompt *prompt, char text[static PROTOCOL_PROMPT_SIZE]);

// Whether the account's owner has a choice of their own in ~/.config/ssoorg/qr; the host's otherwise. One that cannot
// be read, or is none, is logged.
enum qr sso_prompt_qr(const struct session *s, const struct facts *facts);
