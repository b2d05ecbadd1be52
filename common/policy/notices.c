// SPDX-License-Identifier: Apache-2.0
#include "policy/notices.h"

#include "base/cleanup.h"
#include "protocol/protocol.h"

static const struct {
  const char *name;
  const char *sentence;
} NOTICES[NOTICE_COUNT] = {
    [NOTICE_NONE] = {"none", ""},
    [NOTICE_NOT_SET_UP] = {"not-set-up", "Your account isn't set up for this org - ask an admin to invite you."},
    [NOTICE_SOMEBODY_ELSE] = {"somebody-else", "You signed in as somebody else - sign out at your organization's "
                                               "sign-in page and try again with the name you typed here."},
    [NOTICE_OTHER_NAME] = {"other-name", "You have another login name on this host than the one that you typed - use "
                                         "that one."},
    [NOTICE_NO_EMAIL] = {"no-email", "Your organization's sign-in did not say your email address - ask an admin to "
                                     "release the email claim for this host."},
    [NOTICE_EMAIL_UNVERIFIED] = {"email-unverified", "Your organization's sign-in says that your email address is not "
                                                     "verified - verify it there and try again."},
    [NOTICE_EMAIL_DOMAIN] = {"email-domain", "Your email address is not on a domain of this org - sign in with your "
                                             "address at the organization, or ask an admin."},
    [NOTICE_ADDRESS_REUSED] = {"address-reused", "This address belonged to somebody else here before - ask an admin "
                                                 "to unlink the old identity or to make a new account."},
    [NOTICE_LINK_NEEDED] = {"link-needed", "This identity is not linked to your account yet - ask an admin to link "
                                           "it."},
    [NOTICE_NOT_IN_CONTROL] = {"not-in-control", "This account may be somebody else's, and its password would show "
                                                 "that it is yours - ask an admin to link your identity, or to retire "
                                                 "the account."},
    [NOTICE_DOMAIN_LAPSED] = {"domain-lapsed", "Your organization must prove its email domain to this host once more "
                                               "before anybody new can sign in through it - tell an admin."},
    [NOTICE_UNCONFIRMED] = {"unconfirmed",
                            "The org's connection was changed, and an operator of this host must confirm "
                            "it before it signs this account in ('ssoctl idp confirm')."},
    [NOTICE_NOT_IN_GROUP] = {"not-in-group", "Your organization has not given you access to this host - ask them to."},
    [NOTICE_GROUPS_CUT] = {"too-many-groups",
                           "You are in more groups than your organization's sign-in says, so that this host cannot see "
                           "whether you have access - ask them to let it say those that this host needs."},
    [NOTICE_CHANGED] = {"changed", "Your org's sign-in was changed while you signed in - please sign in once more."},
    [NOTICE_FULL] = {"full", "Your org has as many members on this host as it may have - ask an admin to make room."},
    [NOTICE_HOME] = {"home", "The home directory of this account belongs to another number - ask the host's "
                             "administrator."},
    [NOTICE_DECLINED] = {"declined", "The sign-in was declined - try again and approve it if it is yours."},
    [NOTICE_EXPIRED] = {"expired", "The code has expired - try again and approve it in time."},
    [NOTICE_UNREACHABLE] = {"unreachable", "Your organization's sign-in cannot be reached from this host - try again "
                                           "later, or tell an admin."},
    [NOTICE_MISCONFIGURED] = {"misconfigured", "Your organization's sign-in is not set up rightly for this host - "
                                               "tell an admin; the log says what is wrong."},
    [NOTICE_PROVIDER_BUSY] = {"provider-busy",
                              "Your organization's sign-in takes no more requests just now - try again "
                              "in a few minutes."},
    [NOTICE_BAD_TOKEN] = {"bad-token", "The answer of your organization's sign-in could not be verified - tell an "
                                       "admin; the log says why."},
    [NOTICE_STRONGER] = {"stronger-sign-in", "Your org requires a stronger sign-in than the one you made - sign in "
                                             "there again with a second factor, or ask an admin."},
    [NOTICE_TOO_MANY] = {"too-many", "Too many sign-ins are under way on this host - try again in a minute."},
    [NOTICE_THROTTLED] = {"throttled", "Too many attempts - wait half a minute before each further one."},
    [NOTICE_UNDER_WAY] = {"under-way", "An earlier sign-in for this name from your address does not end - finish it, "
                                       "or try again in five minutes."},
    [NOTICE_LOCKED] = {"locked", "This account is locked - ask an admin."},
    [NOTICE_SUSPENDED] = {"suspended", "Your membership is suspended - ask an admin."},
    [NOTICE_REMOVED] = {"removed", "You are no longer a member of an org on this host - ask an admin."},
    [NOTICE_NETWORK] = {"network", "Signing in through your organization is not allowed from this network - use one "
                                   "that is, or ask an admin."},
    [NOTICE_KEY_NEEDED] = {"key-needed", "Your org wants an ssh key and its sign-in in one connection - offer your key "
                                         "first (AuthenticationMethods publickey,keyboard-interactive)."},
    [NOTICE_WRONG_CODE] = {"wrong-code", "The code is not that of an open invite - ask whoever invited you for a new "
                                         "one."},
    [NOTICE_KEY_REFUSED] = {"key-refused", "A key alone is not accepted for this account - sign in through your "
                                           "organization (ssh -o PubkeyAuthentication=no)."},
    [NOTICE_KEY_UNKNOWN] = {"key-unknown", "Your organization's sign-in does not stand for you any more, so a key is "
                                           "not accepted - sign in there (ssh -o PubkeyAuthentication=no), or ask an "
                                           "admin."},
    [NOTICE_KEY_UNASKED] = {"key-unasked", "Your organization's sign-in could not say whether your key still counts - "
                                           "try again later, or sign in there (ssh -o PubkeyAuthentication=no)."},
    [NOTICE_NEEDS_TERMINAL] = {"needs-terminal", "Signing in through your organization needs a terminal that can show "
                                                 "a prompt (keyboard-interactive)."},
    [NOTICE_PASSWORD_METHOD] = {"password-method",
                                "No password signs you in here, and the one you typed was not looked at - "
                                "connect once more without it: ssh -o PreferredAuthentications="
                                "keyboard-interactive."},
    [NOTICE_NOT_APPROVED] = {"not-approved",
                             "The prompt was answered again and again before anybody had approved - approve "
                             "first, then press Enter once (a client without a terminal cannot do this)."},
    [NOTICE_WRONG_PASSWORD] = {"wrong-password", "Wrong password."},
    [NOTICE_LOWER_CASE] = {"lower-case", "Login names are in lower case here - type yours in lower case."},
    [NOTICE_UNAVAILABLE] = {"unavailable", "Sign-in is not available on this host right now - tell an admin; the log "
                                           "says why."},
    [NOTICE_DISK] = {"disk", "This host's disk is full or read-only, and signing in this way has to be written there - "
                             "tell an admin. Keys, and an owner's password, work meanwhile."},
    [NOTICE_NO_WAY] = {"no-way", "There is no way to sign in to this account yet - ask an admin for a password or for "
                                 "a connection of the org."},
    [NOTICE_TURNED_AWAY] = {"turned-away", "This host's sshd is set up not to let you in (AllowUsers, AllowGroups "
                                           "and the like) - ask its administrator."},
    [NOTICE_NOT_OPEN] = {"not-open", "This way of signing in opens none of your orgs - use your organization's "
                                     "sign-in."},
    [NOTICE_NUMBER] = {"number-changed", "Your account was being set up with another number - please sign in once "
                                         "more."},
    [NOTICE_NO_PASSWORD] = {"no-password", "This account has no password here that signs it in - its organization's "
                                           "sign-in page is where its own is changed."},
    [NOTICE_JOINED_NONE] = {"joined-none",
                            "You have joined no organization here, so nothing was set up - sign in again "
                            "to choose one."},
    [NOTICE_NO_CHOICE] = {"no-choice",
                          "Nothing that was listed was chosen - sign in again and type one of the numbers."},
    [NOTICE_MADE] = {"made", "Your account is made - please sign in once more."},
    [NOTICE_OWN_ORG] = {"own-org", "Your organization could not be made under this name - sign in again and choose "
                                   "another one."},
    [NOTICE_MAIL] = {"mail", "The code could not be sent by email - try again later or in another way, or tell an "
                             "admin; the log says why."},
    [NOTICE_MAIL_CODE] = {"mail-code", "The code from the email was not typed rightly in time - sign in again to be "
                                       "sent another one."},
    [NOTICE_MAILS] = {"mails", "Too many emails have been sent already - use the last code, wait a quarter of an hour, "
                               "or sign in in another way."},
    [NOTICE_FLEET_AWAY] = {"fleet-away",
                           "You are new here, and the database that gives your place on all of this fleet's "
                           "hosts cannot be reached - try again later, or tell an admin; the log says "
                           "why."},
    [NOTICE_FLEET_ADMIN] = {"fleet-admin",
                            "This sign-in would change what the hosts of this fleet share - make it on an "
                            "admin host of it, or ask an admin; the log says which."},
    [NOTICE_INTERNAL] = {"internal", "The sign-in failed on this host - tell an admin; the log says why."},
};

// Two reasons may be told alike: what is different for an admin is in the log and in the advice of 'idp test'.
static const enum notice OF_FAILURES[] = {
    [FAILURE_INTERNAL] = NOTICE_INTERNAL,    [FAILURE_UNREACHABLE] = NOTICE_UNREACHABLE,
    [FAILURE_TLS] = NOTICE_UNREACHABLE,      [FAILURE_MISCONFIGURED] = NOTICE_MISCONFIGURED,
    [FAILURE_DECLINED] = NOTICE_DECLINED,    [FAILURE_EXPIRED] = NOTICE_EXPIRED,
    [FAILURE_TOKEN] = NOTICE_BAD_TOKEN,      [FAILURE_REQUEST] = NOTICE_INTERNAL,
    [FAILURE_STRENGTH] = NOTICE_STRONGER,    [FAILURE_BUSY] = NOTICE_PROVIDER_BUSY,
    [FAILURE_CLIENT] = NOTICE_MISCONFIGURED, [FAILURE_MAIL] = NOTICE_MAIL,
    [FAILURE_CONFINEMENT] = NOTICE_INTERNAL, [FAILURE_GRANT] = NOTICE_KEY_UNKNOWN,
};

enum notice notice_of_failure(uint32_t reason)
{
  return reason < COUNT_OF(OF_FAILURES) ? OF_FAILURES[reason] : NOTICE_INTERNAL;
}

const char *notice_name(enum notice code)
{
  return (unsigned)code < NOTICE_COUNT ? NOTICES[code].name : "?";
}

const char *notice_sentence(enum notice code)
{
  return (unsigned)code < NOTICE_COUNT ? NOTICES[code].sentence : "";
}
