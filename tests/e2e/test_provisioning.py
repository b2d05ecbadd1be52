"""Who may come: invite-only, invites, and what the provider must say of them."""
import check
import host
import login

NOT_SET_UP = r"account isn't set up for this org - ask an admin to invite you"


def S12_invite_only_without_an_invite_is_refused(rig):
    org, person = rig.orgs.beta(), rig.person("beta.test")
    login.is_refused(rig, person, words=NOT_SET_UP)
    _stored_nothing(org, person)
    check.contains(host.ssoctl("audit", org).out, person, "the audit")


def S10_invite_only_with_an_invite_signs_in(rig):
    org, person = rig.orgs.beta(), rig.person("beta.test")
    host.ssoctl("invite", "create", org, person, "--role", "admin")
    check.contains(host.ssoctl("invite", "list", org).out, person, "the invites")
    login.signs_in(rig, person)
    row = host.members(org)[person]
    check.equal(row["source"], "invitation", "the source of the membership")
    check.equal(row["role"], "admin", "the role of the membership")
    login.signs_in(rig, person)


def I1_an_invite_of_somebody_else_opens_nothing(rig):
    org, invited, person = rig.orgs.beta(), rig.person("beta.test"), rig.person("beta.test")
    host.ssoctl("invite", "create", org, invited)
    login.is_refused(rig, person, words=NOT_SET_UP)
    _stored_nothing(org, person)


def a_cancelled_invite_opens_nothing(rig):
    org, person = rig.orgs.beta(), rig.person("beta.test")
    host.ssoctl("invite", "create", org, person)
    host.ssoctl("invite", "cancel", org, person)
    login.is_refused(rig, person, words=NOT_SET_UP)
    _stored_nothing(org, person)


def a_member_added_by_an_admin_signs_in_with_the_numbers_shown(rig):
    org, person = rig.orgs.beta(), rig.person("beta.test")
    host.ssoctl("member", "add", org, person)
    uid = host.in_passwd(person)[2]
    check.contains(login.signs_in(rig, person), f"uid={uid}\\(", "id")
    check.equal(host.members(org)[person]["source"], "manual", "the source")


def S13_unverified_email_is_refused(rig):
    _is_refused_and_stored_nothing(rig, "unverified@acme.test", "u-unverified", "verif")


def S13_email_verified_as_a_string_is_refused(rig):
    _is_refused_and_stored_nothing(rig, "string@acme.test", "u-string", None)


def S13_missing_email_is_refused(rig):
    _is_refused_and_stored_nothing(rig, rig.person(), "u-noemail", "email")


def S13_email_on_another_domain_is_refused(rig):
    _is_refused_and_stored_nothing(rig, rig.person(), "u-mallory", None)


def S13_two_addresses_in_one_email_claim_are_refused(rig):
    _is_refused_and_stored_nothing(rig, rig.person(), "u-badmail", None)


def L12_a_domain_without_a_connection_is_not_ours(rig):
    host.ssoctl("org", "create", "bare", "--name", "Bare", "--owner", "boss-bare@example.org")
    host.ssoctl("domain", "add", "bare", "bare.test")
    host.ssoctl("domain", "verify", "bare", "bare.test", "--by-hand", "test")
    prompt, text = login.by_password(rig, "somebody@bare.test", "whatever-1")
    check.lacks(prompt + text, r"https://|SSO", "what an unknown name is shown")
    check.that(host.in_passwd("somebody@bare.test") is None, "the name is known")
    host.ssoctl("org", "delete", "bare", "--yes")


def a_pending_domain_opens_nothing(rig):
    org = rig.orgs.gamma()
    host.ssoctl("domain", "add", org, "pending.test")
    try:
        prompt, text = login.by_password(rig, "somebody@pending.test", "whatever-1")
        check.lacks(prompt + text, r"https://|SSO", "what an unknown name is shown")
    finally:
        host.ssoctl("domain", "remove", org, "pending.test", "--yes")


def _is_refused_and_stored_nothing(rig, name, person, words):
    org = rig.orgs.acme()
    login.is_refused(rig, name, person, words=words)
    _stored_nothing(org, name)


def _stored_nothing(org, person):
    check.that(person not in host.members(org), f"{person} became a member")
    check.that(host.in_passwd(person) is None, f"{person} got an account")
