// SPDX-License-Identifier: Apache-2.0
#include "idp_advice.h"

#include <string.h>

#include "base/cleanup.h"
#include "protocol/protocol.h"

// The first row whose reason is the same and whose words stand in the detail; "" fits every detail. Errors of the
// provider are those of RFC 6749 5.2, RFC 8628 3.5 and OIDC Core 3.1.2.6; AADSTS numbers are Microsoft's.
static const struct {
  enum failure reason;
  const char *words;
  const char *advice;
} ROWS[] = {
    {FAILURE_UNREACHABLE, "the name could not be resolved",
     "the provider's name was not found; look at the issuer's spelling, /etc/hosts and the host's name servers"},
    {FAILURE_UNREACHABLE, "no name server answered",
     "the provider's name was not found; look at the issuer's spelling, /etc/hosts and the host's name servers"},
    {FAILURE_UNREACHABLE, "",
     "the provider cannot be reached from this host, or did not answer; look at its name, port and firewall"},
    {FAILURE_TLS, "subject name",
     "the certificate is for another name; the issuer must use the name that the certificate has"},
    {FAILURE_TLS, "certificate has expired",
     "the provider's certificate has expired, or this host's clock is ahead; renew the one or set the other"},
    {FAILURE_TLS, "certificate is not yet valid", "the provider's certificate is not valid yet: set this host's clock"},
    {FAILURE_TLS, "unable to get local issuer certificate",
     "the provider's certificate is signed by a CA that is not known here; give that CA with 'idp set --ca-file'"},
    {FAILURE_TLS, "self-signed certificate",
     "the provider's certificate is signed by a CA that is not known here; give that CA with "
     "'idp set --ca-file'"},
    {FAILURE_TLS, "",
     "there is no trusted TLS 1.2 or newer connection; a private CA is given with 'idp set --ca-file'"},
    {FAILURE_MISCONFIGURED, "speaks for every tenant",
     "this issuer would vouch for anybody; use the issuer of your own tenant with 'idp set --issuer'"},
    {FAILURE_MISCONFIGURED, "4.3: issuer",
     "the issuer is wrong; give what the provider calls itself, to the letter, "
     "with 'idp set --issuer'"},
    {FAILURE_MISCONFIGURED, "does not offer the device grant",
     "this provider, or this tenant of it, has the device authorization grant turned off; turn it on there"},
    {FAILURE_MISCONFIGURED, "discovery document: HTTP 404",
     "there is no provider at this issuer; look at its path: 'idp set --issuer'"},
    {FAILURE_MISCONFIGURED, "unauthorized_client",
     "this client may not use the device authorization grant; allow it for the client at the provider"},
    {FAILURE_MISCONFIGURED, "unsupported_grant_type",
     "this client may not use the device authorization grant; allow it for the client at the provider"},
    {FAILURE_MISCONFIGURED, "AADSTS7000218",
     "the provider wants a secret of this client; allow public client flows there, or give one with 'idp set "
     "--client-secret-file'"},
    {FAILURE_MISCONFIGURED, "AADSTS53",
     "the provider's own policy (conditional access) blocks this sign-in; exempt "
     "this client or the device code flow there"},
    {FAILURE_MISCONFIGURED, "AADSTS50105",
     "the person is not assigned to this client at the provider; assign them or their group there"},
    {FAILURE_MISCONFIGURED, "interaction_required",
     "the provider's own policy blocks this sign-in; allow this client, or the device code flow, there"},
    {FAILURE_MISCONFIGURED, "consent_required",
     "the provider wants consent that nobody gave; let an admin there consent to this client's scopes"},
    {FAILURE_MISCONFIGURED, "invalid_scope",
     "the provider does not give this client these scopes; allow them there, or change 'idp set --scopes'"},
    {FAILURE_BUSY, "Retry-After: ",
     "the provider's rate limit is used up, which is said in its settings; try again after as many seconds as its "
     "Retry-After says"},
    {FAILURE_BUSY, "",
     "the provider's rate limit is used up, which is said in its settings; try again in a few minutes"},
    {FAILURE_CLIENT, "",
     "the provider does not know this client, or not its secret, key or way of authentication; compare 'idp show' "
     "with what is registered there"},
    {FAILURE_MISCONFIGURED, "device authorization: HTTP 401",
     "the provider refuses this client; compare 'idp show' with what is registered "
     "there"},
    {FAILURE_MISCONFIGURED, "no key that can be used",
     "the provider publishes no RSA or EC key that could sign; it must be mended there"},
    {FAILURE_MISCONFIGURED, "redirects",
     "the provider redirects, which is not followed; give the address it leads to "
     "with 'idp set --issuer'"},
    {FAILURE_MISCONFIGURED, "",
     "the provider, or this client at it, is not set up rightly; the client needs the device authorization grant"},
    {FAILURE_DECLINED, "AADSTS",
     "the provider's own policy (conditional access) blocks this sign-in; exempt this client or the device code flow "
     "there"},
    {FAILURE_DECLINED, "", "the sign-in was declined at the provider, by the person or by the provider's own policy"},
    {FAILURE_EXPIRED, "", "nobody approved in time; run the test again"},
    {FAILURE_TOKEN, "this host's clock is",
     "the clocks of this host and the provider differ; set this host's clock (NTP)"},
    {FAILURE_TOKEN,
     "OIDC Core 3.1.3.7: aud:", "the token is for another client; compare the client id with what is registered there"},
    {FAILURE_TOKEN, "OIDC Core 3.1.3.7: azp:",
     "the token was made for another client; compare the client id with what is registered there"},
    {FAILURE_TOKEN,
     "OIDC Core 3.1.3.7: iss:", "the token is from another issuer than the one configured; see 'idp set --issuer'"},
    {FAILURE_TOKEN, "RFC 7515 4.1.1: alg:",
     "the provider signs with an algorithm that proves too little; let it use RS256 or ES256 "
     "for this client"},
    {FAILURE_TOKEN, "OIDC Core 10.1: kid:",
     "the key that signed is not in the provider's key set, or not the only one; the provider's keys must be mended "
     "there"},
    {FAILURE_TOKEN, "RFC 7515 5.2:",
     "the signature is not the provider's; if nobody tampers with the connection, its key set and its signing key do "
     "not "
     "belong together: mend it there"},
    {FAILURE_TOKEN, "sub:", "the provider names no one subject, or not the same one twice; it must be mended there"},
    {FAILURE_TOKEN, "id_token is missing",
     "the provider gave no ID token; the scope openid must be allowed for this client"},
    {FAILURE_TOKEN, "", "the provider's answer is not as OpenID Connect has it; it must be mended there"},
    {FAILURE_REQUEST, "client key", "the private key cannot be used; give another with 'idp set --private-key-file'"},
    {FAILURE_REQUEST, "", "the connection's settings are not legal; change them with 'idp set'"},
    {FAILURE_STRENGTH, "",
     "the sign-in was weaker than the org's required-acr and required-amr ask for; ask for a "
     "second factor for this client there, or change them with 'org set'"},
    {FAILURE_INTERNAL, "", "the helper failed; is the package installed whole?"},
};

const char *idp_advice(uint32_t reason, const char *detail)
{
  for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
    if (ROWS[i].reason == (enum failure)reason && strstr(detail, ROWS[i].words) != NULL) {
      return ROWS[i].advice;
    }
  }
  return "unknown failure";
}
