"""Settings of an org: each takes effect at once, and none locks the owner out."""
import check
import host
import login
import orgs

MEMBER_PASSWORD = "member-Lantern-47-quartz"


def E2_enforcement_waits_for_a_sign_in_and_for_the_owner(rig):
    org, person = rig.orgs.delta(), rig.person("delta.test")
    _is_refused(org, "sign-in|connection")
    login.signs_in(rig, person)
    _is_refused(org, "password|owner")
    login.by_password(rig, orgs.owner(org), orgs.OWNER_PASSWORD)
    host.ssoctl("enforcement", "set", org, "domains", "--yes")
    check.contains(host.ssoctl("enforcement", "show", org).out, "domains", "the enforcement")


def E1_enforcement_closes_passwords_and_opens_them_again(rig):
    org, person = rig.orgs.delta(), rig.person("delta.test")
    _enforce(rig, org)
    login.signs_in(rig, person)
    host.set_password(person, MEMBER_PASSWORD)
    terminal = login.Ssh(rig, person)
    terminal.challenge()
    check.lacks(terminal.text, "password", "what an enforced member is shown")
    terminal.close()
    host.ssoctl("enforcement", "set", org, "off", "--yes")
    _, text = login.by_password(rig, person, MEMBER_PASSWORD)
    check.that(login.signed_in(text), f"the password does not work again: {check.shown(text)}")


def E3_an_enforcing_org_keeps_its_connection_domain_and_owner_password(rig):
    org = rig.orgs.delta()
    _enforce(rig, org)
    for words in (("idp", "remove", org), ("domain", "remove", org, "delta.test"),
                  ("password", "remove", orgs.owner(org))):
        host.ssoctl(*words, "--yes", wants=3)
    host.ssoctl("enforcement", "set", org, "off", "--yes")


def E3_a_changed_issuer_of_an_enforcing_org_is_not_used_before_a_test(rig):
    org, person = rig.orgs.delta(), rig.person("delta.test")
    _enforce(rig, org)
    host.ssoctl("idp", "set", org, "--issuer", "https://localhost:1", wants=None)
    login.signs_in(rig, person)
    host.ssoctl("idp", "set", org, "--issuer", rig.idp.issuer, wants=None)
    host.ssoctl("enforcement", "set", org, "off", "--yes")
    login.signs_in(rig, person)


def provisioning_takes_effect_at_once(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    host.ssoctl("provisioning", "set", org, "invite-only")
    try:
        login.is_refused(rig, person, words="isn't set up for this org")
    finally:
        host.ssoctl("provisioning", "set", org, "jit")
    login.signs_in(rig, person)


def H20_a_required_acr_that_the_provider_does_not_give_refuses(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    host.ssoctl("org", "set", org, "required-acr=urn:example:mfa", "required-amr=otp")
    try:
        terminal = login.Ssh(rig, person)
        rig.idp.approve(terminal.challenge(), person)
        text = terminal.end()
    finally:
        host.ssoctl("org", "set", org, "required-acr=", "required-amr=")
    check.that(not login.signed_in(text), f"{person} got in")
    check.contains(text, "stronger sign-in", "what they are told")
    login.signs_in(rig, person)


def org_set_changes_all_or_nothing(rig):
    org = rig.orgs.gamma()
    before = host.listed("org", "show", org)
    for bad in ("default-role=owner", "default-role=", "keys=recent:1s", "signin-from=10.0.0.1/8", "trust=all", "on-link=", "invite-lifetime=1s",
                "allowed-domains=x_y", "no-such=x", "enforcement=off", "novalue", "=x", "required-amr= x"):
        host.ssoctl("org", "set", org, "name=Changed", bad, wants=2)
        check.equal(host.listed("org", "show", org), before, f"the org after {bad}")
    host.ssoctl("org", "set", org, "name=Changed", "default-role=admin")
    after = host.listed("org", "show", org)
    check.equal((after["name"], after["default_role"]), ("Changed", "admin"), "name and role")
    host.ssoctl("org", "set", org, f"name={before['name']}", "default-role=viewer")


def a_change_under_dry_run_changes_nothing(rig):
    org = rig.orgs.gamma()
    before = _settings(org)
    for words in (("provisioning", "set", org, "invite-only"), ("invite", "create", org, "dry@gamma.test"),
                  ("member", "add", org, "dry@gamma.test"), ("domain", "add", org, "dry.test"),
                  ("org", "create", "dry", "--name", "Dry", "--owner", "dry@example.org"),
                  ("idp", "set", org, "--client-id", "other"), ("password", "remove", orgs.owner(org), "--yes")):
        host.ssoctl(*words, "--dry-run")
    check.equal(_settings(org), before, "the settings after --dry-run")
    login.by_password(rig, orgs.owner(org), orgs.OWNER_PASSWORD)


def _enforce(rig, org):
    """What E2 asks for, and then the setting itself."""
    login.signs_in(rig, rig.person("delta.test"))
    login.by_password(rig, orgs.owner(org), orgs.OWNER_PASSWORD)
    host.ssoctl("enforcement", "set", org, "domains", "--yes")


def _is_refused(org, words):
    result = host.ssoctl("enforcement", "set", org, "domains", "--yes", wants=3)
    check.contains(result.err, words, "why enforcement is refused")


def _settings(org):
    shown = [host.ssoctl(*words, "--json").out for words in (
        ("org", "list"), ("org", "show", org), ("member", "list", org), ("domain", "list"),
        ("invite", "list", org), ("idp", "show", org), ("audit",))]
    return shown
