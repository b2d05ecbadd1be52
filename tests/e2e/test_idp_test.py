"""What `ssoctl idp test` says of a provider that is wrong, and that it names the mend."""
import check
import host
import hostile


def idp_test_names_the_mend_for_a_wrong_issuer(rig):
    _says(rig, "issuer-other", "the issuer is wrong.*idp set --issuer")


def idp_test_names_the_mend_for_an_issuer_of_every_tenant(rig):
    _says(rig, "issuer-common", "issuer of your own tenant")


def idp_test_names_the_mend_for_a_client_that_is_not_known(rig):
    _says(rig, "device-401-json", "does not know this client.*idp show")


def idp_test_without_signin_finds_a_client_that_is_not_known(rig):
    _says(rig, "device-401-json", "does not know this client.*idp show", "--no-signin")


def P20_idp_test_names_both_causes_of_unauthorized_client_the_secret_first(rig):
    _says(rig, "grant-not-allowed", "the secret is wrong, or this client may not use the device authorization grant")


def P12_idp_test_names_the_mend_for_a_key_set_without_keys(rig):
    for options in ((), ("--no-signin",)):
        _says(rig, "keys-missing", "no signing key; choose one", *options)


def P05_idp_test_names_the_mend_for_an_endpoint_that_is_not_published(rig):
    _says(rig, "device-endpoint-unpublished", "idp set --device-endpoint")


def P11_idp_test_names_the_further_audience(rig):
    _says(rig, "aud-several", 'idp set --audience.*also for "other"')


def P13_idp_test_tells_the_providers_own_error_with_HTTP_200(rig):
    _says(rig, "device-error-as-200", "HTTP 200: teapot: no")


def P16_idp_test_calls_a_rate_limit_one_and_says_when(rig):
    _says(rig, "device-429-later", "rate limit.*Retry-After: 77")


def idp_test_names_the_mend_for_a_page_instead_of_an_answer(rig):
    _says(rig, "discovery-type-html", "a page for people; look at the path of the issuer")


def idp_test_finds_the_way_of_authentication_and_logins_take_it(rig):
    org = rig.orgs.delta()
    secret = rig.folder / "found.secret"
    secret.touch(mode=0o600)
    secret.write_text("cs-very secret&0123456789+abcdef%%\n")
    with hostile.provider(rig) as (ports, ca):
        for case, found in (("auth-auto-finds-basic", "client_secret_basic"), ("auth-auto-post", "client_secret_post")):
            host.connect(org, "--issuer", f"{ports['main']}/{case}", "--client-id", "hosts",
                         "--ca-file", ca, "--auth", "auto", "--client-secret-file", secret)
            try:
                check.equal(host.listed("idp", "show", org)["auth_found"], None, "what was found before")
                said = host.ssoctl("idp", "test", org, "--no-signin").text
                check.contains(said, rf"auth\s+{found}", "what idp test says without a sign-in")
                check.equal(host.listed("idp", "show", org)["auth_found"], None, "what codes alone have shown")
                said = host.ssoctl("idp", "test", org, wants=3).text  # genuine, of an address on another org's domain
                check.contains(said, f"takes this client by {found}", "what idp test says")
                check.equal(host.listed("idp", "show", org)["auth_found"], found, "what idp show says")
                check.contains(host.ssoctl("audit", org).out, f"idp.auth.*auto is {found}", "the audit trail")
                said = host.ssoctl("idp", "test", org, wants=3).text
                check.lacks(said, "takes this client by", "what a second test says")
            finally:
                host.connect(org, "--auth", "none")
                host.connect(org, "--issuer", rig.idp.issuer, "--client-id", "ssoorg", "--ca-file", rig.ca)


def idp_test_names_the_mend_for_a_provider_without_the_device_grant(rig):
    _says(rig, "device-url-missing", "device authorization grant turned off")


def idp_test_names_the_mend_for_a_policy_of_the_provider(rig):
    _says(rig, "blocked-by-policy", "conditional access.*exempt this client")


def idp_test_names_the_mend_for_clocks_that_differ(rig):
    _says(rig, "exp-past", "set this host's clock")
    _says(rig, "iat-future", "set this host's clock")


def idp_test_names_the_mend_for_an_unknown_CA(rig):
    _says(rig, "tls-unknown-ca", "idp set --ca-file")


def idp_test_names_the_mend_for_a_missing_intermediate_certificate(rig):
    _says(rig, "tls-no-intermediate", "does not send the intermediate certificate.*let the server send its whole chain")


def idp_test_names_the_mend_for_a_certificate_for_another_name(rig):
    _says(rig, "tls-wrong-name", "the name that the certificate has")


def idp_test_names_the_mend_for_an_expired_certificate(rig):
    _says(rig, "tls-expired", "certificate has expired")


def H33_idp_test_shows_no_terminal_escape_of_a_provider(rig):
    said = _says(rig, "denied-with-escape", "declined")
    check.lacks(said, "\x1b", "what idp test says")


def idp_test_shows_what_came_back(rig):
    said = _asked(rig, "good", wants=3)  # genuine, and of an address on another org's domain (E2)
    for words in (r"subject\s+\S", r"algorithm\s+[REP]S", r"requests\s+4", r"connections\s+1", r"code_ms\s+\d",
                  r"seconds\s+\d", r"row\s+S13", "would have been refused.*POLICY S13"):
        check.contains(said, words, "what idp test shows")


def _says(rig, case, words, *options):
    said = _asked(rig, case, *options, wants=1)
    check.contains(said, words, f"what idp test says of {case}")
    return said


def _asked(rig, case, *options, wants):
    org = rig.orgs.delta()
    with hostile.provider(rig) as (ports, ca):
        listener = case.removeprefix("tls-") if case.startswith("tls-") else "main"
        with hostile.connected(rig, org, f"{ports[listener]}/{case}", ca):
            return host.ssoctl("idp", "test", org, *options, wants=wants).text
