"""An account, a home or a place in an org that somebody else had before (HOLES H62 to H69), each tried as an attack."""
import os
import pathlib

import attacks
import check
import host
import login
import orgs


def H62_S14_what_an_impostor_left_is_not_inherited(rig):
    """The three endings of the story: the password, an admin's link, a retired account."""
    org, domain = "inherit", "guests.test"
    rig.orgs.create(org, domain, "jit")
    host.ssoctl("domain", "remove", org, domain, "--yes")
    victims = [attacks.taken_by_code(rig, org, rig.person(domain)) for _ in range(3)]
    host.ssoctl("domain", "add", org, domain)
    host.ssoctl("domain", "verify", org, domain, "--by-hand", orgs.BY_HAND)
    for victim in victims:
        text = login.beside_password(rig, victim, victim, attacks.OTHER + "x")
        check.that(not login.signed_in(text), f"the real person gets the impostor's account: {check.shown(text)}")
    knows, linked, retired = victims
    check.that(login.signed_in(login.beside_password(rig, knows, knows, attacks.OTHER)), "who knows the password")
    host.ssoctl("account", "set", linked, "email=proven", wants=2)
    host.ssoctl("account", "set", linked, "email=proven", "--reason", "she showed her passport", "--yes")
    check.that(login.signed_in(attacks.through(rig, linked)), "whom an operator knows")
    uid = int(host.in_passwd(retired)[2])
    left = attacks.leaves_everything(retired, uid)
    check.contains(host.ssoctl("org", "create", "gift", "--name", "Gift", "--owner", retired, wants=3).text,
                   "account retire", "H63: the mend")
    host.ssoctl("account", "retire", retired, "--yes")
    check.that(left.poll() is not None, "the impostor's process goes on")
    check.equal(host.in_passwd(retired), None, "the retired account")
    check.that(not pathlib.Path("/home", retired).exists(), "the home is still there")
    aside = pathlib.Path("/home/.ssoorg-removed", f"{retired}.{uid}")
    check.equal((host.mode_of(aside.parent), (aside / ".bashrc").read_text()), ("0700 0:0", "echo OWNED\n"), "the home aside")
    check.that(not pathlib.Path("/var/spool/cron/crontabs", retired).exists(), "the crontab is still there")
    text = login.signs_in(rig, retired)
    check.lacks(text, "OWNED|uid=%d" % uid, "what the person who is somebody new gets")
    check.that(not pathlib.Path("/home", retired, ".ssh").exists(), "the impostor's keys")


def H67_another_orgs_invite_is_asked_about_at_the_first_sign_in(rig):
    gamma, other = rig.orgs.gamma(), rig.orgs.open()
    person = rig.person("gamma.test")
    host.ssoctl("invite", "create", other, person)
    terminal = login.Ssh(rig, person)
    rig.idp.approve(terminal.challenge(), person)
    terminal.enter_until(r"invites you\. Join\? \[y/N\]: ")
    terminal.send("n")
    text = terminal.end()
    check.that(login.signed_in(text), f"a no keeps people out of their own org: {check.shown(text)}")
    check.contains(text, rf"groups=[^\n]*\({gamma}\)", "id")
    check.lacks(text, rf"groups=[^\n]*\({other}\)", "id")
    check.that(person not in host.members(other), "who said no joined")


def H77_an_address_proven_before_its_domain_changed_hands_is_not_inherited(rig):
    domain, before, after = "handed.test", "handed-a", "handed-b"
    evil = attacks.evil(rig)
    rig.orgs.create(before, domain, "jit")
    knows, forgot = rig.person(domain), rig.person(domain)
    for person in (knows, forgot):
        login.signs_in(rig, person)
        pathlib.Path("/home", person, "letters").write_text("THEIRS\n")
    host.ssoctl("idp", "remove", before, "--yes")
    host.set_password(knows, attacks.PASSWORD)
    rig.secrets.add(attacks.PASSWORD)
    host.ssoctl("domain", "remove", before, domain, "--yes")
    rig.orgs.create(after, domain, "jit", evil)
    for text in (login.beside_password(rig, knows, knows, "wrong-" + attacks.PASSWORD, evil),
                 attacks.through(rig, forgot, evil)):  # who has no password is not asked for one
        check.that(not login.signed_in(text), f"the domain's new holder has an account of before: {check.shown(text)}")
        check.contains(text, "may be somebody else's", "what is said")
    for verb in ("set", "remove"):
        said = attacks.as_owner(rig, after, "password", verb, knows, "--stdin" if verb == "set" else "--yes",
                                stdin=attacks.OTHER + "\n")
        check.equal(said.status, 3, f"password {verb} by the new holder: {said.text}")
    check.that(login.signed_in(login.beside_password(rig, knows, knows, attacks.PASSWORD, evil)), "who knows the password")
    uid = int(host.in_passwd(forgot)[2])
    host.ssoctl("account", "retire", forgot, "--yes")
    text = attacks.through(rig, forgot, evil)
    check.that(login.signed_in(text), f"somebody new of that name: {check.shown(text)}")
    check.lacks(text, "uid=%d" % uid, "the number of somebody new")
    check.that(not pathlib.Path("/home", forgot, "letters").exists(), "somebody new has their letters")


def H69_N8_a_home_of_another_number_is_not_entered(rig):
    rig.orgs.gamma()
    person = rig.person("gamma.test")
    home = pathlib.Path("/home", person)
    home.mkdir()
    os.chown(home, 4242, 4242)
    try:
        login.is_refused(rig, person, words="home directory of this account belongs to another number")
        check.equal(host.in_passwd(person), None, "an account")
    finally:
        home.rmdir()
    login.signs_in(rig, person)
    uid = int(host.in_passwd(person)[2])
    os.chown(home, 4242, 4242)
    try:
        login.is_refused(rig, person, words="home directory of this account belongs to another number")
    finally:
        os.chown(home, uid, uid)
    login.signs_in(rig, person)


def H69_a_removed_accounts_home_and_process_do_not_reach_the_next(rig):
    rig.orgs.gamma()
    person = rig.person("gamma.test")
    login.signs_in(rig, person)
    uid = int(host.in_passwd(person)[2])
    left = attacks.leaves_everything(person, uid)
    said = host.ssoctl("account", "remove", person, "--yes").text
    check.contains(said, rf"1 processes of uid {uid} go on", "what is said of what runs")
    check.contains(said, r"is now /home/\.ssoorg-removed/", "what is said of the home")
    left.kill()
    left.wait()
    host.ssoctl("member", "add", "gamma", person)
    check.lacks(login.signs_in(rig, person), "OWNED", "the new person's session")
