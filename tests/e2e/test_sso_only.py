"""sso-only: what it closes, what it leaves open, and what comes back."""
import contextlib
import json

import check
import host
import keys
import login
import orgs

PASSWORD = "member-Lantern-47-quartz"


def E1_sso_only_says_what_will_happen_cancels_invites_and_brings_the_mode_back(rig):
    org = rig.orgs.sole()
    guest = _guest(rig, org)
    host.ssoctl("invite", "create", org, "new@sole.test")
    host.ssoctl("invite", "create", org, "new@elsewhere.test")
    said = host.ssoctl("enforcement", "set", org, "sso-only", "--dry-run").text
    check.contains(said, r"All \d+ members but the owner", "what the dry run says")
    check.contains(said, r"2 invites are cancelled", "what the dry run says")
    check.contains(said, r"[1-9]\d* guests have no identity linked", "what the dry run says")
    check.equal(len(host.listed("invite", "list", org)), 2, "invites after a dry run")
    before = host.members(org)
    with _sso_only(org):
        check.equal(host.listed("invite", "list", org), [], "invites")
        check.equal(host.listed("provisioning", "show", org)["provisioning"], "jit", "the mode under sso-only")
        host.ssoctl("provisioning", "set", org, "invite-only", wants=3)
        host.ssoctl("org", "set", org, "provisioning=invite-only", wants=3)
    check.equal(host.listed("provisioning", "show", org)["provisioning"], "invite-only", "the mode afterwards")
    check.equal(host.members(org), before, "people and roles")
    _, text = login.by_password(rig, guest, PASSWORD)
    check.that(login.signed_in(text), f"the guest's password does not work again: {check.shown(text)}")


def I5_under_sso_only_nobody_is_invited(rig):
    org = rig.orgs.sole()
    with _sso_only(org):
        check.contains(host.ssoctl("invite", "create", org, "x@sole.test", wants=3).text, "sso-only", "the reason")


def L7_a_governed_member_gets_sso_and_no_password(rig):
    org, person = rig.orgs.sole(), rig.person("sole.test")
    host.ssoctl("member", "add", org, person)
    host.set_password(person, PASSWORD)
    with _sso_only(org):
        terminal = login.Ssh(rig, person)
        rig.idp.approve(terminal.challenge(), person)
        check.lacks(terminal.text, "password", "what the member is shown")
        terminal.end()
        check.that(login.signed_in(terminal.text), f"not signed in: {check.shown(terminal.text)}")
        check.contains(host.ssoctl("why", person).out, "L7", "why")


def L10_a_guest_of_an_sso_only_org_has_no_password(rig):
    org = rig.orgs.sole()
    guest = _guest(rig, org)
    with _sso_only(org):
        _, text = login.by_password(rig, guest, PASSWORD)
        check.that(not login.signed_in(text), f"a guest got in by password: {check.shown(text)}")
        check.contains(host.ssoctl("why", guest).out, "L10", "why")
    _, text = login.by_password(rig, guest, PASSWORD)
    check.that(login.signed_in(text), f"not signed in again: {check.shown(text)}")


def E4_L5_the_owner_keeps_the_password_under_sso_only(rig):
    org = rig.orgs.sole()
    with _sso_only(org):
        _, text = login.by_password(rig, orgs.owner(org), orgs.OWNER_PASSWORD)
        check.that(login.signed_in(text), f"the owner is locked out: {check.shown(text)}")
        check.contains(text, r"\(sole\)", "the owner's groups")


def E5_a_pause_opens_passwords_is_loud_and_ends_with_the_next_setting(rig):
    org, person = rig.orgs.sole(), rig.person("sole.test")
    host.ssoctl("member", "add", org, person)
    host.set_password(person, PASSWORD)
    host.ssoctl("enforcement", "pause", org, "--for", "1h", "--reason", "x", "--yes", wants=3)
    with _sso_only(org):
        host.ssoctl("enforcement", "pause", org, "--for", "1h", "--yes", wants=2)
        host.ssoctl("enforcement", "pause", org, "--for", "30s", "--reason", "x", "--yes", wants=2)
        host.ssoctl("enforcement", "pause", org, "--for", "1h", "--reason", "the provider is down", "--yes")
        check.equal(host.listed("enforcement", "show", org)["pause_reason"], "the provider is down", "the reason")
        _, text = login.by_password(rig, person, PASSWORD)
        check.that(login.signed_in(text), f"not signed in during the pause: {check.shown(text)}")
        check.contains(host.ssoctl("audit", org).out, "enforcement.pause.*the provider is down", "the audit trail")
        host.ssoctl("enforcement", "set", org, "sso-only", "--yes")
        terminal = login.Ssh(rig, person)
        terminal.challenge()
        check.lacks(terminal.text, "password", "what is asked after the pause")
        terminal.close()


def K9_no_key_alone_counts_where_nobody_can_be_asked_unless_the_org_says_so(rig):
    org, person = rig.orgs.sole(), rig.person("sole.test")
    said = host.ssoctl("enforcement", "set", org, "sso-only", "--dry-run").text
    check.contains(said, "No ssh key alone is taken any more.*--offline yes", "what the dry run says")
    with _sso_only(org):
        login.signs_in(rig, person)
        key = keys.give_key(rig, person)
        text = keys.by_key(rig, person, key)
        check.that(not login.signed_in(text), "a key got in soon after a sign-in")
        check.contains(text, "A key alone is not accepted", "what is said")
        found = json.loads(host.ssoctl("check", "--offline", "--json", wants=None).out)
        check.contains(str([row["what"] for row in found if row["check"] == "keys"]), f"{org}: under sso-only no ssh key", "check")
        with keys.setting(org, "recent:12h"):
            text = keys.by_key(rig, person, key)
            check.that(login.signed_in(text), f"a key is refused where the org takes it: {check.shown(text)}")


def _guest(rig, org):
    guest = f"g{rig.person('guests.test')}"
    host.ssoctl("member", "add", org, guest)
    host.set_password(guest, PASSWORD)
    return guest


@contextlib.contextmanager
def _sso_only(org):
    host.ssoctl("enforcement", "set", org, "sso-only", "--yes")
    try:
        yield
    finally:
        host.ssoctl("enforcement", "set", org, "off", "--yes")
