// SPDX-License-Identifier: Apache-2.0
#include "domain_name.h"

#include <idn2.h>
#include <libpsl.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

// Where anybody gets an address: a claim by one org would let it vouch for strangers.
static const char *const MAIL_DOMAINS[] = {
    "126.com",     "163.com",        "aol.com",       "daum.net",    "duck.com",       "fastmail.com", "fastmail.fm",
    "gmail.com",   "gmx.at",         "gmx.ch",        "gmx.com",     "gmx.de",         "gmx.net",      "googlemail.com",
    "hey.com",     "hotmail.com",    "hotmail.co.uk", "hotmail.fr",  "icloud.com",     "inbox.lv",     "laposte.net",
    "libero.it",   "live.com",       "mac.com",       "mail.com",    "mail.ru",        "mailbox.org",  "me.com",
    "msn.com",     "naver.com",      "orange.fr",     "outlook.com", "outlook.de",     "pm.me",        "posteo.de",
    "proton.me",   "protonmail.com", "qq.com",        "rambler.ru",  "rediffmail.com", "riseup.net",   "seznam.cz",
    "t-online.de", "tuta.com",       "tutanota.com",  "web.de",      "wp.pl",          "yahoo.co.jp",  "yahoo.co.uk",
    "yahoo.com",   "yahoo.de",       "yahoo.fr",      "yandex.com",  "yandex.ru",      "ymail.com",    "zoho.com",
};

static void free_idn(char **text)
{
  idn2_free(*text);
}

enum status domain_name_parse(const char *typed, char domain[static DOMAIN_SIZE])
{
  char *ascii CLEANUP(free_idn) = NULL;
  char folded[DOMAIN_SIZE];
  if (!text_is_clean(typed, strlen(typed)) || idn2_lookup_u8((const unsigned char *)typed, (unsigned char **)&ascii,
                                                             IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK) {
    return STATUS_INVALID;
  }
  if (text_fold_ascii(ascii, folded, sizeof folded) != STATUS_OK || !name_is_domain(folded)) {
    return STATUS_INVALID;
  }
  memcpy(domain, folded, sizeof folded);
  return STATUS_OK;
}

enum status domain_name_parse_email(const char *typed, char email[static EMAIL_SIZE])
{
  char domain[DOMAIN_SIZE];
  char whole[EMAIL_SIZE];
  const char *at = strchr(typed, '@');
  // What stands as it is to be stored: of ASCII alone, and no label that IDNA has its own ideas about.
  if (name_is_email(typed) && strstr(typed, "--") == NULL) {
    return text_copy(typed, email, EMAIL_SIZE);
  }
  if (at == NULL || domain_name_parse(at + 1, domain) != STATUS_OK) {
    return STATUS_INVALID;
  }
  int length = snprintf(whole, sizeof whole, "%.*s@%s", (int)(at - typed), typed, domain);
  if (length < 0 || (size_t)length >= sizeof whole) {
    return STATUS_INVALID;
  }
  return name_fold_email(whole, email);
}

const char *domain_name_objection(const char *domain)
{
  for (size_t i = 0; i < COUNT_OF(MAIL_DOMAINS); i++) {
    if (strcmp(domain, MAIL_DOMAINS[i]) == 0) {
      return "a public mail domain";
    }
  }
  const psl_ctx_t *list = psl_builtin();
  return list != NULL && psl_is_public_suffix(list, domain) != 0 ? "a public suffix" : NULL;
}
