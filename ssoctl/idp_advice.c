// SPDX-License-Identifier: Apache-2.0
#include "idp_advice.h"

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "protocol/protocol.h"

#define ANY NULL // whatever preset the connection was made with, and without one

// The first row that is the preset's or any's, whose reason is the same and whose words stand in the detail; "" fits
// every detail. What is to be clicked is called as that provider calls it. Errors are those of RFC 6749 5.2, RFC
// 8628 3.5 and OIDC Core 3.1.2.6; AADSTS numbers are Microsoft's.
static const struct {
  const char *preset;
  enum failure_reason reason;
  const char *words;
  const char *advice;
} ROWS[] = {
    {"google", FAILURE_CLIENT, "Invalid client type",
     "the client is of another type; in the Google Cloud console make an OAuth client of the type \"TVs and Limited "
     "Input devices\", and give its id and secret with 'idp set'"},
    {"google", FAILURE_MISCONFIGURED, "org_internal",
     "the consent screen is for one organization alone; sign in with an account of that Workspace organization, or set "
     "the user type to External there"},
    {"google", FAILURE_MISCONFIGURED, "admin_policy_enforced",
     "a policy of the Workspace organization blocks this client; mark it as trusted in the admin console: Security, "
     "API controls"},
    {"entra", FAILURE_CLIENT, "AADSTS7000218",
     "this app is taken for one with a secret; in the Entra admin center set \"Allow public client flows\" to Yes (App "
     "registrations, Authentication)"},
    {"entra", FAILURE_CLIENT, "AADSTS700025",
     "this app is public and takes no secret; give 'idp set --auth none', or add a client secret to a Web platform of "
     "the app there"},
    {"entra", FAILURE_CLIENT, "AADSTS7000215",
     "the secret is wrong; give the Value, not the Secret ID, of one in Certificates & secrets with 'idp set "
     "--client-secret-file'"},
    {"entra", FAILURE_MISCONFIGURED, "AADSTS700016",
     "there is no such app in this tenant; compare --tenant and --client-id with Directory (tenant) ID and Application "
     "(client) ID on the app's Overview page"},
    {"entra", FAILURE_MISCONFIGURED, "AADSTS90002",
     "there is no such tenant; compare --tenant with the Directory (tenant) ID on the app's Overview page"},
    {"entra", FAILURE_MISCONFIGURED, "AADSTS65001",
     "nobody has given consent; an admin of the tenant chooses \"Grant admin consent\" in API permissions of the app"},
    {"entra", FAILURE_MISCONFIGURED, "AADSTS50105",
     "the person is not assigned to this app; assign them or their group in Enterprise applications, Users and groups"},
    {"entra", FAILURE_MISCONFIGURED, "AADSTS53",
     "a Conditional Access policy of the tenant blocks this sign-in; exempt this app or the device code flow in it"},
    {"entra", FAILURE_TOKEN, "OIDC Core 10.1: kid:",
     "the app signs with a key of its own (claims mapping); 'idp set --key-set' with ?appid=CLIENT-ID behind the "
     "tenant's key set has it"},
    {"entra", FAILURE_DECLINED, "AADSTS53",
     "a Conditional Access policy of the tenant blocks this sign-in; exempt this app or the device code flow in it"},
    {"okta", FAILURE_DECLINED, "is not assigned",
     "the person is not assigned to this app; assign them or their group in the Okta admin console: Applications, "
     "Assignments"},
    {"okta", FAILURE_DECLINED, "Policy evaluation failed",
     "a policy of the Okta org or the authorization server's access policy blocks this sign-in; allow this app and the "
     "Device Authorization grant in it"},
    {"okta", FAILURE_MISCONFIGURED, "unauthorized_client",
     "the app may not use the grant; in the Okta admin console tick \"Device Authorization\" in its General Settings"},
    {"okta", FAILURE_CLIENT, "not to use client authentication",
     "the app is public and takes no secret; give 'idp set --auth none'"},
    {"auth0", FAILURE_MISCONFIGURED, "unauthorized_client",
     "the application may not use the grant; tick \"Device Code\" in its Advanced Settings, Grant Types"},
    {"auth0", FAILURE_MISCONFIGURED, "access_denied: Unauthorized",
     "the application takes no secret, or is not known; native ones have none: give 'idp set --auth none', and compare "
     "the client id"},
    {"auth0", FAILURE_DECLINED, "Action",
     "an Action of the tenant denies this sign-in by its policy; look at Actions, Triggers, post-login there"},
    {"keycloak", FAILURE_MISCONFIGURED, "Device Authorization Grant",
     "the client may not use the grant; turn on \"OAuth 2.0 Device Authorization Grant\" in Capability config of the "
     "client"},
    {"keycloak", FAILURE_TOKEN, "OIDC Core 10.1: kid:",
     "the realm signs with no key that it publishes for signatures; look at Realm settings, Keys: an RSA or EC key "
     "must be active for signatures"},
    {"gitlab", FAILURE_MISCONFIGURED, "device authorization: HTTP 404",
     "this instance has the device grant turned off, or is too old for it; an administrator of it turns it on or "
     "upgrades it"},
    {"gitlab", FAILURE_MISCONFIGURED, "invalid_grant",
     "GitLab gave no tokens for the code: it was used already, or the person is not allowed to use this application; "
     "assign them access there"},
    {"authentik", FAILURE_MISCONFIGURED, "RFC 7517 5.1: keys is missing",
     "the provider has no signing key; choose one in authentik: Applications, Providers, Signing Key"},
    {"authentik", FAILURE_MISCONFIGURED, "no key that can be used",
     "the provider has no signing key; choose one in authentik: Applications, Providers, Signing Key"},
    {"authentik", FAILURE_TOKEN, "RFC 7515 4.1.1: alg:",
     "the provider has no signing key, so that it signs with the secret; choose one in authentik: Applications, "
     "Providers, Signing Key"},
    {"authentik", FAILURE_CLIENT, "device authorization",
     "the client is not known, or the brand has no device code flow; compare the client id and the secret, and set "
     "\"Device code flow\" in System, Brands"},
    {"authentik", FAILURE_DECLINED, "",
     "declined at the provider: by the person, or by a binding of the application; assign the person or their group in "
     "Applications, Policy / Group / User Bindings"},
    {"zitadel", FAILURE_MISCONFIGURED, "unauthorized_client",
     "the application may not use the device grant; tick \"Device Code\" in its Grant Types, and make it of the type "
     "Native"},
    {"zitadel", FAILURE_DECLINED, "GrantRequired",
     "the person is not assigned a role of the project; add an authorization for them, or turn \"Check authorization "
     "on authentication\" off"},
    {"dex", FAILURE_MISCONFIGURED, "unsupported_grant_type",
     "the device grant is turned off; name it in oauth2.grantTypes of dex's configuration"},
    {"dex", FAILURE_CLIENT, "",
     "the client is not known or its secret is wrong; compare id and secret with staticClients in dex's configuration"},
    {"authelia", FAILURE_MISCONFIGURED, "unauthorized_client",
     "the client may not use the device grant; add it to grant_types of the client in Authelia's configuration"},
    {"authelia", FAILURE_MISCONFIGURED, "invalid_scope",
     "the client may not have these scopes; add them to scopes of the client in Authelia's configuration, or change "
     "'idp set --scopes'"},
    {"authelia", FAILURE_DECLINED, "",
     "declined at the provider: by the person, or because nobody has assigned them to the client's "
     "authorization_policy in Authelia's configuration"},
    {"casdoor", FAILURE_MISCONFIGURED, "unsupported_grant_type",
     "the application may not use the device grant; add \"Device Code\" to its Grant types"},
    {"kanidm", FAILURE_MISCONFIGURED, "access_denied",
     "the device endpoint denied this: no scope map of the client has the person's group; kanidm system oauth2 "
     "update-scope-map"},
    {"kanidm", FAILURE_MISCONFIGURED, "unauthorized_client",
     "the client may not use the device grant; kanidm system oauth2 device-flow-enable CLIENT"},
    {"kanidm", FAILURE_DECLINED, "",
     "declined at the provider: by the person, or because no scope map has a group of theirs; kanidm system oauth2 "
     "update-scope-map assigns one"},
    {"adfs", FAILURE_DECLINED, "access control policy",
     "the person is not assigned by the access control policy of the application group; add them to it in AD FS "
     "Management"},
    {"adfs", FAILURE_MISCONFIGURED, "unauthorized_client",
     "the client may not use the device grant; it must be a Native application of an Application Group in AD FS "
     "Management"},
    {ANY, FAILURE_BUSY, "Retry-After: ",
     "too many requests: the provider's rate limit is used up, which is said in its settings; try again after as many "
     "seconds as its Retry-After says"},
    {ANY, FAILURE_BUSY, "",
     "too many requests: the provider's rate limit is used up, which is said in its settings; try again in a few "
     "minutes"},
    {ANY, FAILURE_UNREACHABLE, "the name could not be resolved",
     "the provider's name was not found; look at the issuer's spelling, /etc/hosts and the host's name servers"},
    {ANY, FAILURE_UNREACHABLE, "no name server answered",
     "the provider's name was not found; look at the issuer's spelling, /etc/hosts and the host's name servers"},
    {ANY, FAILURE_UNREACHABLE, ": HTTP 5", "the provider is in trouble, and said so; look at it, or try again later"},
    {ANY, FAILURE_UNREACHABLE, "",
     "the provider cannot be reached from this host, or did not answer; look at its name, port and firewall"},
    {ANY, FAILURE_TLS, "subject name",
     "the certificate is for another name; the issuer must use the name that the certificate has"},
    {ANY, FAILURE_TLS, "certificate has expired",
     "the provider's certificate has expired, or this host's clock is ahead; renew the one or set the other"},
    {ANY, FAILURE_TLS, "certificate is not yet valid",
     "the provider's certificate is not valid yet: set this host's clock"},
    {ANY, FAILURE_TLS, "unable to get local issuer certificate",
     "the provider's certificate is signed by a CA that is not known here, or the server does not send the "
     "intermediate certificate; give the CA with 'idp set --ca-file', or let the server send its whole chain"},
    {ANY, FAILURE_TLS, "self-signed certificate",
     "the provider's certificate is signed by a CA that is not known here; give that CA with 'idp set --ca-file'"},
    {ANY, FAILURE_TLS, "",
     "there is no trusted TLS 1.2 or newer connection; a private CA is given with 'idp set --ca-file'"},
    {ANY, FAILURE_MISCONFIGURED, "speaks for every tenant",
     "this issuer would vouch for anybody; use the issuer of your own tenant with 'idp set --issuer'"},
    {ANY, FAILURE_MISCONFIGURED, "4.3: issuer",
     "the issuer is wrong; give what the provider calls itself, to the letter, with 'idp set --issuer'"},
    {ANY, FAILURE_MISCONFIGURED, "does not publish the endpoint",
     "the provider has the grant and does not publish where; give its device authorization endpoint with 'idp set "
     "--device-endpoint'"},
    {ANY, FAILURE_MISCONFIGURED, "does not offer the device grant",
     "this provider, or this tenant of it, has the device authorization grant turned off; turn it on there"},
    {ANY, FAILURE_MISCONFIGURED, "discovery document: HTTP 404",
     "there is no provider at this issuer; look at its path: 'idp set --issuer'"},
    {ANY, FAILURE_MISCONFIGURED, "unauthorized_client",
     "the secret is wrong, or this client may not use the device authorization grant; compare the secret, and allow "
     "the grant for the client at the provider"},
    {ANY, FAILURE_MISCONFIGURED, "unsupported_grant_type",
     "this client may not use the device authorization grant; allow it for the client at the provider"},
    {ANY, FAILURE_MISCONFIGURED, "client_secret is missing",
     "the provider wants the secret of this client; give it with 'idp set --client-secret-file'"},
    {ANY, FAILURE_CLIENT, "AADSTS7000218",
     "the provider wants a secret of this client; allow public client flows there, or give one with 'idp set "
     "--client-secret-file'"},
    {ANY, FAILURE_MISCONFIGURED, "AADSTS53",
     "the provider's own policy (conditional access) blocks this sign-in; exempt this client or the device code flow "
     "there"},
    {ANY, FAILURE_MISCONFIGURED, "AADSTS50105",
     "the person is not assigned to this client at the provider; assign them or their group there"},
    {ANY, FAILURE_MISCONFIGURED, "interaction_required",
     "the provider's own policy blocks this sign-in; allow this client, or the device code flow, there"},
    {ANY, FAILURE_MISCONFIGURED, "consent_required",
     "the provider wants consent that nobody gave; let an admin there consent to this client's scopes"},
    {ANY, FAILURE_MISCONFIGURED, "invalid_scope",
     "the provider does not give this client these scopes; allow them there, or change 'idp set --scopes'"},
    {ANY, FAILURE_CLIENT, "",
     "the provider does not know this client, or not its secret, key or way of authentication; compare 'idp show' with "
     "what is registered there, and give a public client no secret"},
    {ANY, FAILURE_MISCONFIGURED, "device authorization: HTTP 401",
     "the provider refuses this client; compare 'idp show' with what is registered there"},
    {ANY, FAILURE_MISCONFIGURED, "RFC 7517 5.1: keys is missing",
     "the provider publishes no keys, so that it has no signing key; choose one there"},
    {ANY, FAILURE_MISCONFIGURED, "no key that can be used",
     "the provider publishes no RSA or EC key that could sign; choose a signing key there"},
    {ANY, FAILURE_MISCONFIGURED, "redirects",
     "the provider redirects, which is not followed; give the address it leads to with 'idp set --issuer'"},
    {ANY, FAILURE_MISCONFIGURED, "a page of HTML",
     "the provider answers with a page for people; look at the path of the issuer, and at what stands in front of it"},
    {ANY, FAILURE_MISCONFIGURED, "",
     "the provider, or this client at it, is not set up rightly; the client needs the device authorization grant"},
    {ANY, FAILURE_DECLINED, "AADSTS",
     "the provider's own policy (conditional access) blocks this sign-in; exempt this client or the device code flow "
     "there"},
    {ANY, FAILURE_DECLINED, "",
     "the sign-in was declined at the provider, by the person or by the provider's own policy; if it was not the "
     "person, look whether they are assigned to this client there"},
    {ANY, FAILURE_EXPIRED, "", "nobody approved in time; run the test again"},
    {ANY, FAILURE_TOKEN, "this host's clock is",
     "the clocks of this host and the provider differ; set this host's clock (NTP)"},
    {ANY, FAILURE_TOKEN, "which is not among the audiences",
     "the token is also for somebody else; if that is meant, as for a project of the provider, name it with 'idp set "
     "--audience'"},
    {ANY, FAILURE_TOKEN,
     "OIDC Core 3.1.3.7: aud:", "the token is for another client; compare the client id with what is registered there"},
    {ANY, FAILURE_TOKEN, "OIDC Core 3.1.3.7: azp:",
     "the token was made for another client; compare the client id with what is registered there"},
    {ANY, FAILURE_TOKEN,
     "OIDC Core 3.1.3.7: iss:", "the token is from another issuer than the one configured; see 'idp set --issuer'"},
    {ANY, FAILURE_TOKEN, "RFC 7515 4.1.1: alg:",
     "the provider signs with an algorithm that proves too little; let it use RS256 or ES256 for this client"},
    {ANY, FAILURE_TOKEN, "OIDC Core 10.1: kid:",
     "the key that signed is not in the provider's key set, or not the only one; the provider's keys must be mended "
     "there, or 'idp set --key-set' names the right set"},
    {ANY, FAILURE_TOKEN, "RFC 7515 5.2:",
     "the signature is not the provider's; if nobody tampers with the connection, its key set and its signing key do "
     "not belong together: mend it there"},
    {ANY, FAILURE_TOKEN,
     "sub:", "the provider names no one subject, or not the same one twice; it must be mended there"},
    {ANY, FAILURE_TOKEN, "id_token is missing",
     "the provider gave no ID token; the scope openid must be allowed for this client"},
    {ANY, FAILURE_TOKEN, "", "the provider's answer is not as OpenID Connect has it; it must be mended there"},
    {ANY, FAILURE_REQUEST, "client key",
     "the private key cannot be used; give another with 'idp set --private-key-file'"},
    {ANY, FAILURE_REQUEST, "", "the connection's settings are not legal; change them with 'idp set'"},
    {ANY, FAILURE_STRENGTH, "",
     "the sign-in was weaker than the org's required-acr and required-amr ask for; ask for a second factor for this "
     "client there, or change them with 'org set'"},
    {ANY, FAILURE_CONFINEMENT, "",
     "this host keeps the helper from shutting itself in, and the provider was not asked; allow it"},
    {ANY, FAILURE_INTERNAL, "", "the helper failed; is the package installed whole?"},
};

const char *idp_advice(const char *preset, uint32_t reason, const char *detail)
{
  for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
    bool theirs = ROWS[i].preset == ANY || strcmp(ROWS[i].preset, preset) == 0;
    if (theirs && ROWS[i].reason == (enum failure_reason)reason && strstr(detail, ROWS[i].words) != NULL) {
      return ROWS[i].advice;
    }
  }
  return "unknown failure";
}

// The claim is the one that a sign-in asks for.
static void say_claim(const char *claim, const char *option, char *text, size_t size)
{
  (void)snprintf(
      text, size,
      "; neither the ID token nor userinfo has the claim \"%s\": let the provider release it, allow the scope "
      "for it there and ask for it with 'idp set --scopes', or name another with 'idp set %s'",
      claim, option);
}

void idp_advice_refused(const struct refused_try *refused, char *text, size_t size)
{
  const struct connection *connection = refused->connection;
  text[0] = '\0';
  if (refused->notice == NOTICE_EMAIL_UNVERIFIED) {
    (void)snprintf(
        text, size,
        "; if the provider says so of everybody, an operator may accept it on the org's own domains: 'idp set "
        "--unverified-mail accept'");
  }
  if (refused->notice == NOTICE_NO_EMAIL) {
    say_claim(connection->email_claim, "--email-claim", text, size);
  }
  if (refused->notice == NOTICE_NOT_IN_GROUP && refused->groups_unsaid) {
    say_claim(connection->groups_claim[0] != '\0' ? connection->groups_claim : "groups", "--groups-claim", text, size);
  } else if (refused->notice == NOTICE_NOT_IN_GROUP) {
    (void)snprintf(text, size,
                   "; one of the groups that the provider names must be one of required-groups, to the letter");
  }
  if (refused->notice == NOTICE_GROUPS_CUT) {
    (void)snprintf(text, size, "; let the provider say only the groups that are assigned to this client");
  }
}
