// SPDX-License-Identifier: Apache-2.0
#include "synonyms.h"

#include <stddef.h>
#include <string.h>

#include "base/cleanup.h"

// Each line is of words for the same; blanks at both ends.
static const char *const SAME[] = {
    " org orgs organization organizations organisation organisations tenant tenants company ",
    " member members user users person people employee staff ",
    " account accounts user users login logins ",
    " idp provider providers connection connections sso oidc ",
    " invite invites invitation invitations ",
    " domain domains ",
    " group groups ",
    " identity identities ",
    " audit log logs events history ",
    " throttle throttles limits ",
    " whoami id me ",
    " remove delete rm del drop erase unregister ",
    " delete remove rm del drop erase destroy ",
    " create add new make mk register ",
    " add create new make mk register ",
    " set edit update modify change configure config ",
    " show get info view describe print ",
    " list ls all ",
    " suspend disable deactivate block ban ",
    " lock disable deactivate block ban ",
    " resume enable activate unblock unsuspend ",
    " unlock enable activate unblock ",
    " rename move mv ",
    " cancel remove delete revoke ",
    " verify check prove validate ",
    " map add ",
    " unmap remove delete ",
};

static bool has_word(const char *words, const char *word)
{
  size_t length = strlen(word);
  const char *at = length > 0 ? strstr(words, word) : NULL;
  while (at != NULL && (at[-1] != ' ' || at[length] != ' ')) {
    at = strstr(at + 1, word);
  }
  return at != NULL;
}

bool synonyms_are(const char *a, const char *b)
{
  for (size_t i = 0; i < COUNT_OF(SAME); i++) {
    if (strchr(a, ' ') == NULL && strchr(b, ' ') == NULL && has_word(SAME[i], a) && has_word(SAME[i], b)) {
      return true;
    }
  }
  return false;
}
