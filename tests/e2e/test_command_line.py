"""ssoctl: exit statuses, words, and that an error stores nothing."""
import json
import re

import check
import host
import login
import processes


def H55_illegal_arguments_are_usage_errors_that_say_what_is_legal(rig):
    org = rig.orgs.gamma()
    before = _state()
    for words in (("org", "create", "Bad_Slug", "--name", "x", "--owner", "a@example.org"),
                  ("org", "create", "ab-admins", "--name", "x", "--owner", "a@example.org"),
                  ("org", "create", "x", "--name", "x", "--owner", "a@example.org"),
                  ("org", "create", "fine", "--name", "x", "--owner", "not-an-email"),
                  ("org", "create", "fine", "--name", "", "--owner", "a@example.org"),
                  ("org", "create", "fine", "--name", "a\nb", "--owner", "a@example.org"),
                  ("org", "create", "fine", "--name", "x"),
                  ("domain", "add", org, "no_domain"), ("domain", "add", org, ""),
                  ("domain", "add", org, "-x.test"), ("domain", "add", org, "a..test"),
                  ("invite", "create", org, "x@gamma.test", "--role", "king"),
                  ("invite", "create", org, "x@gamma.test", "--expires", "7"),
                  ("invite", "create", org, "x@gamma.test", "--expires", "-7d"),
                  ("invite", "create", org, "x y@gamma.test"), ("invite", "create", org, "x\n@gamma.test"),
                  ("invite", "create", org, ""), ("member", "add", org, "../x@gamma.test"),
                  ("provisioning", "set", org, "sometimes"), ("enforcement", "set", org, "mostly"),
                  ("idp", "set", org, "--auth", "basic"), ("no-such-noun",), ("org", "no-such-verb"),
                  ("org", "list", "--no-such-option")):
        result = host.ssoctl(*words, wants=None)
        check.equal(result.status, 2, f"the exit status of {words}: {result.text.strip()}")
        check.that(result.err.strip() and not result.out.strip(), f"{words}: words on the wrong stream")
    check.equal(_state(), before, "what is stored")


def N1_public_domains_are_refused(rig):
    org = rig.orgs.gamma()
    for domain in ("gmail.com", "com", "co.uk"):
        result = host.ssoctl("domain", "add", org, domain, wants=None)
        check.that(result.status in (2, 3), f"domain add {domain}: exit {result.status}")


def N2_names_of_the_system_are_no_slugs(rig):
    for slug in ("root", "sudo", "adm", "docker", "nobody"):
        result = host.ssoctl("org", "create", slug, "--name", "x", "--owner", "a@example.org", wants=None)
        check.that(result.status in (2, 3), f"org create {slug}: exit {result.status}")


def what_does_not_exist_is_exit_4(rig):
    org = rig.orgs.gamma()
    for words in (("org", "show", "nowhere"), ("member", "list", "nowhere"), ("domain", "remove", org, "other.test"),
                  ("invite", "cancel", org, "nobody@gamma.test"), ("member", "remove", org, "nobody@gamma.test"),
                  ("password", "remove", "nobody@gamma.test"), ("audit", "nowhere")):
        result = host.ssoctl(*words, "--yes", wants=None)
        check.equal(result.status, 4, f"the exit status of {words}: {result.text.strip()}")


def a_verified_domain_of_one_org_is_refused_to_another(rig):
    rig.orgs.gamma()
    org = rig.orgs.beta()
    host.ssoctl("domain", "add", org, "gamma.test", wants=None)
    try:
        result = host.ssoctl("domain", "verify", org, "gamma.test", "--by-hand", "x", wants=None)
        check.equal(result.status, 3, f"the exit status: {result.text.strip()}")
    finally:
        host.ssoctl("domain", "remove", org, "gamma.test", "--yes")


def done_already_is_exit_0(rig):
    org = rig.orgs.gamma()
    host.ssoctl("provisioning", "set", org, "jit")
    host.ssoctl("provisioning", "set", org, "jit")


def a_question_without_a_terminal_is_exit_1_and_never_a_hang(rig):
    org, person = rig.orgs.gamma(), "asked@gamma.test"
    host.ssoctl("member", "add", org, person)
    result = host.ssoctl("enforcement", "set", rig.orgs.acme(), "domains", wants=None)
    check.that(result.status in (0, 1), f"exit {result.status}")
    check.contains(json.dumps(host.listed("member", "list", org)), person, "the members")


def json_is_a_list_for_lists_and_an_object_for_one(rig):
    org = rig.orgs.gamma()
    for words in (("org", "list"), ("member", "list", org), ("domain", "list", org), ("invite", "list", org)):
        check.that(isinstance(host.listed(*words), list), f"{words} --json is no list")
    for words in (("org", "show", org), ("idp", "show", org)):
        check.that(isinstance(host.listed(*words), dict), f"{words} --json is no object")
    for row in host.listed("member", "list", org):
        check.that(all(re.fullmatch(r"[a-z][a-z0-9_]*", key) for key in row), f"keys of {row}")


def the_client_secret_is_never_shown(rig):
    rig.orgs.with_secret("post", "client_secret_post")
    secret = rig.client_secret("ssoorg-post")
    for words in (("idp", "show", "post"), ("idp", "show", "post", "--json"), ("audit", "post"), ("status",)):
        check.that(secret not in host.ssoctl(*words, wants=None).text, f"{words} shows the client secret")


def idp_test_finds_what_is_wrong(rig):
    org = rig.orgs.gamma()
    host.ssoctl("idp", "test", org, "--no-signin")
    rig.idp.stop()
    try:
        result = host.ssoctl("idp", "test", org, "--no-signin", wants=1)
    finally:
        rig.idp.start()
    check.contains(result.text, "reach|connect", "what idp test says")


def idp_test_signs_in_and_names_the_row_of_the_policy(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    before = set(host.members(org))
    terminal = login.Terminal("ssoctl", ["idp", "test", org])
    rig.idp.approve(terminal.challenge(), person)
    text = terminal.end(enter=False)
    check.contains(text, r"row\s+S11", "idp test of somebody new")
    check.contains(text, rf"email\s+{re.escape(person)}", "idp test of somebody new")
    check.equal(set(host.members(org)), before, "members after a test")
    check.that(host.listed("idp", "show", org)["tried"], "the connection is not noted as tried")


def idp_test_that_is_declined_says_so(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    terminal = login.Terminal("ssoctl", ["idp", "test", org])
    rig.idp.answer(terminal.challenge(), person, "decline")
    check.contains(terminal.end(enter=False), "declined", "idp test that is declined")


def why_names_the_row(rig):
    rig.orgs.acme()
    check.contains(host.ssoctl("why", "somebody-new@acme.test").out, r"\bL11\b", "why of an unknown person")
    check.contains(host.ssoctl("why", "root").out, r"\bL2\b", "why of root")
    check.contains(host.ssoctl("why", "boss@example.org").out, r"\bL5\b", "why of the owner")


def help_and_version_are_exit_0_and_on_stdout(rig):
    for words in (("--help",), ("--version",), ("org", "create", "--help")):
        check.that(host.ssoctl(*words).out.strip(), f"{words} says nothing")


def two_at_once_do_not_lose_a_change(rig):
    org = rig.orgs.gamma()
    processes.must("bash", "-c", "for n in 1 2 3 4 5 6 7 8; do ssoctl member add "
                   f"{org} twin$n@gamma.test & done; for j in $(jobs -p); do wait $j || exit 1; done")
    rows = host.members(org)
    check.that(all(f"twin{n}@gamma.test" in rows for n in range(1, 9)), f"only {sorted(rows)}")
    uids = [host.in_passwd(f"twin{n}@gamma.test")[2] for n in range(1, 9)]
    check.equal(len(set(uids)), 8, f"different uids in {uids}")


def _state():
    return (host.ssoctl("org", "list", "--json").out, host.ssoctl("member", "list", "gamma", "--json").out,
            host.ssoctl("domain", "list", "--json").out, host.ssoctl("invite", "list", "gamma", "--json").out)

def idp_set_takes_the_credential_that_the_method_needs_and_no_other(rig):
    rig.orgs.with_secret("post", "client_secret_post")
    before = host.ssoctl("idp", "show", "post").text
    pem = (rig.folder / "ssoorg-eckey.pem").read_text()
    refused = (
        (("--auth", "private_key_jwt"), "", "needs --private-key-file"),
        (("--auth", "client_secret_post", "--private-key-file", "-"), pem, "has no use for --private-key-file"),
        (("--auth", "private_key_jwt", "--client-secret-file", "-"), "x" * 40, "has no use for --client-secret-file"),
        (("--auth", "client_secret_jwt", "--client-secret-file", "-"), "x" * 31, "32 bytes"),
        (("--private-key-file", "-"), "", "no private key"),
        (("--private-key-file", "-"), "hunter2", "no private key"),
        (("--private-key-file", "-"), pem.replace("PRIVATE", "PUBLIC"), "no private key"),
        (("--private-key-file", "-"), pem.replace("BEGIN PRIVATE", "BEGIN ENCRYPTED PRIVATE"), "encrypted"),
        (("--private-key-file", "-"), pem + "x" * 4096, "4096"),
        (("--private-key-file", "/nonexistent"), "", "/nonexistent"),
        (("--auth", "tls_client_auth"), "", "private_key_jwt"),
        (("--issuer", "https://login.microsoftonline.com/common/v2.0"), "", "every tenant"),
        (("--issuer", "https://localhost/{tenantid}"), "", "every tenant"),
        (("--issuer", "https://evil.test"), "", "not sent to another issuer"),
        (("--issuer", "https://login.microsoftonline.com/9188040D-6c67-4c5b-b112-36a304b66dad/v2.0"), "",
         "every tenant"),
        (("--auth", "none", "--client-secret-file", "-"), "x" * 40, "has no use for"),
        (("--scopes", "openid  email"), "", "single spaces"),
        (("--scopes", "email"), "", "openid"),
        (("--client-secret-file", "-"), "gehe\u00efm", "printable ASCII"),
        (("--email-claim", "\u00e9mail"), "", "printable ASCII"),
        (("--ca-file", "-"), "-----BEGIN CERTIFICATE-----\ngarbage!\n", "damaged"),
    )
    for words, stdin, why in refused:
        result = host.ssoctl("idp", "set", "post", *words, stdin=stdin, wants=None)
        check.that(result.status in (1, 2), f"{words}: exit {result.status}")
        check.that(why in result.text, f"{words}: {result.text}")
    check.that(host.ssoctl("idp", "show", "post").text == before, "something was stored")


def idp_set_with_a_key_alone_is_private_key_jwt_and_back_needs_a_secret(rig):
    rig.orgs.with_key("eckey")
    check.that("private_key_jwt" in host.ssoctl("idp", "show", "eckey").text, "not private_key_jwt")
    result = host.ssoctl("idp", "set", "eckey", "--auth", "client_secret_basic", wants=2)
    check.that("needs --client-secret-file" in result.text, result.text)
    check.that("PRIVATE" not in host.ssoctl("idp", "show", "eckey", "--json").text, "the key is shown")
