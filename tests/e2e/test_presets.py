"""What each preset of a provider fills in, that each value can still be given, and that `idp show` says which is which."""
import check
import delegates
import host

TENANT = "5d9a2f0e-3b57-4c1a-9a55-2f6c1d3e8b70"
GENERAL = {"scopes": "openid email profile", "auth": "auto", "device_endpoint": None, "key_set": None,
           "email_claim": "email", "groups_claim": "groups", "userinfo": "verified"}
# The words behind --preset, and what they make beside GENERAL.
PRESETS = {
    "google": ((), {"issuer": "https://accounts.google.com"}),
    "entra": (("--tenant", TENANT), {
        "issuer": f"https://login.microsoftonline.com/{TENANT}/v2.0", "userinfo": "missing",
        "key_set": f"https://login.microsoftonline.com/{TENANT}/discovery/v2.0/keys?appid=hosts"}),
    "okta": (("--host", "acme.okta.com"), {"issuer": "https://acme.okta.com"}),
    "auth0": (("--host", "acme.auth0.com"), {"issuer": "https://acme.auth0.com/"}),
    "keycloak": (("--host", "id.acme.test:8443", "--realm", "staff"), {
        "issuer": "https://id.acme.test:8443/realms/staff", "groups_claim": "realm_access.roles"}),
    "gitlab": ((), {"issuer": "https://gitlab.com",
                    "device_endpoint": "https://gitlab.com/oauth/authorize_device"}),
    "authentik": (("--host", "id.acme.test", "--realm", "hosts"), {
        "issuer": "https://id.acme.test/application/o/hosts/"}),
    "zitadel": (("--host", "id.acme.test"), {
        "issuer": "https://id.acme.test", "groups_claim": "urn:zitadel:iam:org:project:roles"}),
    "dex": (("--host", "id.acme.test/dex"), {"issuer": "https://id.acme.test/dex"}),
    "authelia": (("--host", "id.acme.test"), {"issuer": "https://id.acme.test"}),
    "casdoor": (("--host", "id.acme.test"), {"issuer": "https://id.acme.test"}),
    "kanidm": (("--host", "id.acme.test"), {"issuer": "https://id.acme.test/oauth2/openid/hosts",
                                            "device_endpoint": "https://id.acme.test/oauth2/device"}),
    "adfs": (("--host", "FS.acme.test"), {"issuer": "https://FS.acme.test/adfs", "email_claim": "upn",
                                          "groups_claim": "group", "userinfo": "missing"}),
}
# That is used where there is a secret.
AUTH = {"google": "client_secret_post", "dex": "client_secret_post", "casdoor": "client_secret_post",
        "authelia": "client_secret_basic"}
GIVEN = (("--issuer", "issuer", "https://other.test"), ("--scopes", "scopes", "openid email"),
         ("--auth", "auth", "none"), ("--device-endpoint", "device_endpoint", "https://other.test/device"),
         ("--key-set", "key_set", "https://other.test/keys"), ("--email-claim", "email_claim", "mail"),
         ("--groups-claim", "groups_claim", "teams"), ("--userinfo", "userinfo", "verified"))


def each_preset_has_its_row_here_and_its_values_are_shown(rig):
    listed = {row["preset"]: row for row in host.listed("idp", "preset", "list")}
    check.equal(sorted(listed), sorted(PRESETS), "the presets that there are")
    for name, (words, values) in PRESETS.items():
        shown = _made(rig, name, *words)
        for key, value in {**GENERAL, **values}.items():
            check.equal(shown[key], value, f"{key} of {name}")
        check.equal(shown["preset"], name, "the preset")
        check.equal(set(shown["by_preset"].split(", ")), set(values), f"what is the preset's of {name}")


def W1_everybody_may_look_at_the_presets(rig):
    here = delegates.world(rig)
    for who in ("owner", "admin", "viewer"):
        check.contains(here.may(who, "idp", "preset", "list").out, "keycloak", f"what {who} is shown")


def each_value_of_a_preset_can_still_be_given(rig):
    for name, (words, _) in PRESETS.items():
        for option, key, value in GIVEN:
            shown = _made(rig, name, *words, option, value)
            check.equal(shown[key], value, f"{option} beside --preset {name}")
            check.lacks(shown["by_preset"] or "", rf"\b{key}\b", f"what is the preset's of {name} beside {option}")
        host.ssoctl("idp", "set", rig.orgs.bare("preset"), "--scopes", "openid")
        check.lacks(host.listed("idp", "show", "preset")["by_preset"] or "", "scopes", "what is the preset's later")


def a_preset_with_a_secret_has_its_way_of_authentication(rig):
    org = rig.orgs.bare("preset")
    secret = _secret(rig)
    for name, (words, _) in PRESETS.items():
        host.ssoctl("idp", "set", org, "--preset", name, *words, "--client-id", "hosts", "--client-secret-file", secret)
        check.equal(host.listed("idp", "show", org)["auth"], AUTH.get(name, "auto"), f"the way of {name}")


def a_preset_without_a_secret_takes_its_way_when_one_is_given(rig):
    shown = _made(rig, "authelia", "--host", "id.acme.test")
    check.equal((shown["auth"], shown["by_preset"]), ("auto", "issuer"), "without a secret")
    host.ssoctl("idp", "set", "preset", "--client-secret-file", _secret(rig))
    shown = host.listed("idp", "show", "preset")
    check.equal((shown["auth"], shown["by_preset"]), ("client_secret_basic", "issuer, auth"), "with one")


def values_made_with_the_clients_id_do_not_outlive_it(rig):
    for name, words in (("entra", ("--tenant", TENANT)), ("kanidm", ("--host", "id.acme.test"))):
        before = _made(rig, name, *words)
        text = host.ssoctl("idp", "set", "preset", "--client-id", "other", wants=2).text
        check.contains(text, f"--preset {name} made has the earlier client in it", "what is said")
        check.equal(host.listed("idp", "show", "preset"), before, "the connection after that")
        host.ssoctl("idp", "set", "preset", "--preset", name, *words, "--client-id", "other")
        shown = host.listed("idp", "show", "preset")
        check.contains(shown["issuer"] + (shown["key_set"] or ""), "other", "what was made anew")
    _made(rig, "google")
    host.ssoctl("idp", "set", "preset", "--client-id", "other")


def what_a_preset_needs_is_asked_for_and_what_it_cannot_use_is_refused(rig):
    _made(rig, "google")
    org = "preset"
    before = host.listed("idp", "show", org)
    for words, said in ((("entra",), "needs --tenant ID"), (("okta",), "needs --host NAME"),
                        (("keycloak", "--host", "id.acme.test"), "needs --realm NAME"),
                        (("google", "--host", "id.acme.test"), "--host NAME has no meaning for --preset google"),
                        (("zitadel", "--host", "id.acme.test", "--tenant", "x"), "--tenant ID has no meaning"),
                        (("entra", "--tenant", "common"), "speaks for every tenant"),
                        (("okta", "--host", "acme.okta.com/?x"), "is not an https URL"),
                        (("okta", "--host", "acme okta.com"), "is not an https URL"),
                        (("keycloak", "--host", "h.test", "--realm", "r" * 1100), "too long"),
                        (("linkedin",), "is not none, google, entra"), (("GOOGLE",), "is not none, google, entra")):
        text = host.ssoctl("idp", "set", org, "--preset", *words, "--client-id", "hosts", wants=2).text
        check.contains(text, said, f"what is said of --preset {' '.join(words)[:80]}")
    text = host.ssoctl("idp", "set", org, "--host", "id.acme.test", wants=2).text
    check.contains(text, "no meaning without --preset", "what is said of --host alone")
    check.equal(host.listed("idp", "show", org), before, "the connection after all that")


def bad_values_of_a_connection_are_told_and_nothing_is_stored(rig):
    _made(rig, "google")
    org = "preset"
    before = host.listed("idp", "show", org)
    for option, value, said in (
            ("--device-endpoint", "http://id.acme.test/device", "not an https URL"),
            ("--device-endpoint", "https://a@id.acme.test/", "not an https URL"),
            ("--key-set", "file:///etc/passwd", "not an https URL"), ("--key-set", "https://" + "k" * 1100, "longer than"),
            ("--audience", "a  b", "not a list"), ("--audience", " a", "not a list"), ("--audience", "\x1b", "not a list"),
            ("--audience", "a" * 600, "not a list"), ("--userinfo", "never", "verified or missing"),
            ("--unverified-mail", "yes", "refuse or accept"), ("--auth", "basic", "private_key_jwt or auto")):
        text = host.ssoctl("idp", "set", org, option, value, wants=2).text
        check.contains(text, said, f"what is said of {option} {value[:40]!r}")
        check.equal(host.listed("idp", "show", org), before, "the connection after that")


def a_stored_secret_is_not_sent_to_another_device_endpoint(rig):
    org = rig.orgs.bare("preset")
    secret = _secret(rig)
    host.ssoctl("idp", "set", org, "--preset", "gitlab", "--client-id", "hosts", "--client-secret-file", secret)
    text = host.ssoctl("idp", "set", org, "--device-endpoint", "https://evil.test/device", wants=2).text
    check.contains(text, "not sent to another issuer or device endpoint", "what is said")
    host.ssoctl("idp", "set", org, "--device-endpoint", "https://gitlab.com/other")
    host.ssoctl("idp", "set", org, "--device-endpoint", "https://evil.test/device", "--client-secret-file", secret)


def _secret(rig):
    path = rig.folder / "preset.secret"
    path.touch(mode=0o600)
    path.write_text("not-a-real-secret-0123456789-abcdef\n")
    return path


def _made(rig, name, *words):
    org = rig.orgs.bare("preset")
    host.ssoctl("idp", "remove", org, "--yes", wants=None)
    host.ssoctl("idp", "set", org, "--preset", name, *words, "--client-id", "hosts")
    return host.listed("idp", "show", org)
