"""passwd: a person changes their own stored password."""
import check
import host
import login
import orgs

OLD, NEW = "member-Lantern-47-quartz", "silver-Tramway-19-meadow"


def W1_a_member_changes_their_password_and_only_with_the_old_one(rig):
    org, guest = rig.orgs.open(), f"g{rig.person('guests.test')}"
    host.ssoctl("member", "add", org, guest)
    host.set_password(guest, OLD)
    text = _passwd(rig, guest, OLD + "x")
    check.lacks(text, "New password", "what follows a wrong old password")
    check.lacks(text, "updated successfully", "what passwd says")
    text = _passwd(rig, guest, OLD, NEW)
    check.contains(text, "updated successfully", "what passwd says")
    check.that(not login.signed_in(login.by_password(rig, guest, OLD)[1]), "the old password still works")
    check.that(login.signed_in(login.by_password(rig, guest, NEW)[1]), "the new password does not work")
    check.contains(host.ssoctl("audit", org).out, "password.change", "the audit trail")


def W1_root_does_not_change_a_members_password_without_it(rig):
    org, guest = rig.orgs.open(), f"g{rig.person('guests.test')}"
    host.ssoctl("member", "add", org, guest)
    host.set_password(guest, OLD)
    terminal = login.Terminal("passwd", [guest])
    # Debian 13's takes no name with an @ at all.
    terminal.until("Current password: ", "not a valid name")
    terminal.close()
    check.that(login.signed_in(login.by_password(rig, guest, OLD)[1]), "the password does not work any more")


def L6_an_enforced_member_has_no_password_to_change(rig):
    rig.orgs.acme()
    person = rig.person()
    login.signs_in(rig, person)
    host.set_password(person, OLD)
    text = _as(person, "passwd").end(enter=False)
    check.lacks(text, "New password|Current password", "what an enforced member is asked")
    check.contains(text, "its organization", "what they are told")


def passwd_of_a_local_user_is_left_to_the_other_modules(rig):
    host.add_local_user("plainly", OLD)
    terminal = login.Terminal("passwd", ["plainly"])
    for _ in range(2):
        terminal.until("password: ")
        terminal.send(NEW)
    terminal.until("updated successfully")
    terminal.close()


def E2_an_owner_who_changes_the_password_has_tried_it(rig):
    rig.orgs.open()
    owner = orgs.owner("open")
    text = _passwd(rig, owner, orgs.OWNER_PASSWORD, NEW)
    check.contains(text, "updated successfully", "what passwd says")
    host.set_password(owner, orgs.OWNER_PASSWORD)


def _as(name, *words):
    """A program as the person, in a session of theirs."""
    entry = host.in_passwd(name)
    return login.Terminal("setpriv", ["--reuid", entry[2], "--regid", entry[3], "--clear-groups", *words])


def _passwd(rig, name, old, new=None):
    terminal = _as(name, "passwd")
    terminal.until("Current password: ")
    terminal.send(old)
    if new:
        for prompt in ("New password: ", "New password again: "):
            terminal.until(prompt)
            terminal.send(new)
    return terminal.end(enter=False)
