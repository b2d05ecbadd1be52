"""Too many tries, over real logins (POLICY T)."""
import check
import host
import login
import orgs

WRONG = "certainly-not-the-password"


def T_a_guest_with_ten_wrong_passwords_is_told_to_wait_and_gets_in_when_cleared(rig):
    org, person, password = _guest(rig)
    for _ in range(10):
        login.by_password(rig, person, WRONG)
    _, text = login.by_password(rig, person, password)
    check.that(not login.signed_in(text), "the eleventh try was taken")
    check.contains(text, "Too many attempts", "what the person sees")
    rows = {row["subject"]: row for row in host.listed("throttle", "list") if row["kind"] == "account"}
    check.that(rows[person]["held"], "throttle list does not say that the account is held")
    host.ssoctl("throttle", "clear", person)
    _, text = login.by_password(rig, person, password)
    check.that(login.signed_in(text), f"not signed in after clearing: {check.shown(text)}")
    check.that(person not in {row["subject"] for row in host.listed("throttle", "list")}, "still counted")
    host.ssoctl("throttle", "clear", "127.0.0.1")


def T_an_owner_gets_in_while_others_try_their_password_from_elsewhere(rig):
    org = rig.orgs.gamma()
    owner = orgs.owner(org)
    for _ in range(11):
        login.by_password(rig, owner, WRONG)
    _, text = login.by_password(rig, owner, orgs.OWNER_PASSWORD)
    check.contains(text, "Too many attempts", "what is said at the address that tried")
    # The console is another place.
    text = login.at_console(owner, orgs.OWNER_PASSWORD)
    check.that("uid=" in text, f"the owner did not get in: {check.shown(text)}")
    host.ssoctl("throttle", "clear", owner)
    host.ssoctl("throttle", "clear", "127.0.0.1")


def O11_T_twenty_sign_ins_that_come_to_nothing_are_followed_by_a_pause(rig):
    """The person goes away at each prompt, and the next one takes its place."""
    rig.orgs.acme()
    person = rig.person()
    for _ in range(20):
        terminal = login.Ssh(rig, person)
        terminal.challenge()
        terminal.close()
    text = login.Ssh(rig, person).end()
    check.contains(text, "Too many attempts", "what the person sees")
    host.ssoctl("throttle", "clear", person)
    login.signs_in(rig, person)


def refusals_of_strangers_are_counted_and_not_stored_one_by_one(rig):
    rig.orgs.acme()
    before = len(host.listed("audit"))
    count = _refused("declined")
    person = rig.person()
    terminal = login.Ssh(rig, person)
    rig.idp.answer(terminal.challenge(), person, "decline")
    terminal.end()
    check.equal(len(host.listed("audit")), before, "audit events")
    check.equal(_refused("declined"), count + 1, "refusals counted today")
    host.ssoctl("throttle", "clear", person)


def _refused(reason):
    words = dict(word.split("=") for word in host.listed("status")["refused_today"].split())
    return int(words.get(reason, 0))


def _guest(rig):
    org, person, password = rig.orgs.gamma(), rig.person("guests.test"), "guest-Horse-battery-7-staple"
    host.ssoctl("member", "add", org, person)
    host.set_password(person, password)
    rig.secrets.add(password)
    return org, person, password
