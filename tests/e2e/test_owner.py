"""Passwords: who is asked for one, and that an owner always gets in."""
import contextlib
import errno

import check
import host
import login
import orgs
import processes

MEMBER_PASSWORD = "member-Lantern-47-quartz"
BOTH = r"Password \(empty for SSO\): $"
ONLY = r"Password: $"


def L5_owner_signs_in_by_password(rig):
    org = rig.orgs.acme()
    prompt, text = login.by_password(rig, orgs.owner(org), orgs.OWNER_PASSWORD)
    check.contains(prompt, BOTH, "the first prompt")
    check.that(login.signed_in(text), f"not signed in: {check.shown(text)}")
    check.contains(text, rf"\({org}\)", "id")


def L5_E4_owner_signs_in_by_password_with_the_provider_stopped(rig):
    org = rig.orgs.acme()
    rig.idp.stop()
    try:
        _, text = login.by_password(rig, orgs.owner(org), orgs.OWNER_PASSWORD)
    finally:
        rig.idp.start()
    check.that(login.signed_in(text), f"not signed in: {check.shown(text)}")


def a_member_is_refused_with_the_provider_stopped_and_told(rig):
    rig.orgs.acme()
    person = rig.person()
    login.signs_in(rig, person)
    rig.idp.stop()
    try:
        text = login.Ssh(rig, person).end()
    finally:
        rig.idp.start()
    check.that(not login.signed_in(text), "the member got in")
    check.contains(text, "reach|unavailable|provider", "what the member is told")
    login.signs_in(rig, person)


def L5_owner_with_a_wrong_password_is_refused(rig):
    org = rig.orgs.acme()
    for wrong in ("wrong-Password-1", orgs.OWNER_PASSWORD + "x", orgs.OWNER_PASSWORD[:-1]):
        _, text = login.by_password(rig, orgs.owner(org), wrong)
        check.that(not login.signed_in(text), "a wrong password opened the owner's account")
        rig.secrets.add(wrong)


def L5_owner_leaves_the_password_empty_and_is_sent_to_SSO(rig):
    org = rig.orgs.acme()
    terminal = login.Ssh(rig, orgs.owner(org))
    terminal.password_prompt()
    terminal.send("")
    check.contains(terminal.challenge().text, org, "the sign-in prompt")
    terminal.close()


def L6_enforced_member_gets_no_password_prompt(rig):
    rig.orgs.acme()
    person = rig.person()
    login.signs_in(rig, person)
    host.set_password(person, MEMBER_PASSWORD)
    terminal = login.Ssh(rig, person)
    challenge = terminal.challenge()
    check.lacks(terminal.text, "password", "what an enforced member is shown")
    terminal.send(MEMBER_PASSWORD)
    terminal._more()
    check.that(not login.signed_in(terminal.text), "a typed password opened the account")
    rig.secrets.add(MEMBER_PASSWORD)
    rig.idp.approve(challenge, person)
    terminal.end()
    check.lacks(terminal.text, "invalid password", "what an enforced member is shown")


def L6_enforced_member_by_the_password_method_is_refused(rig):
    rig.orgs.acme()
    person = rig.person()
    login.signs_in(rig, person)
    host.set_password(person, MEMBER_PASSWORD)
    _, text = login.by_password(rig, person, MEMBER_PASSWORD, method="password")
    check.that(not login.signed_in(text), "an enforced member got in by password")


def L8_member_without_enforcement_signs_in_by_password_or_SSO(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    login.signs_in(rig, person)
    host.set_password(person, MEMBER_PASSWORD)
    prompt, text = login.by_password(rig, person, MEMBER_PASSWORD)
    check.contains(prompt, BOTH, "the first prompt")
    check.that(login.signed_in(text), f"not signed in: {check.shown(text)}")
    check.contains(text, rf"\({org}\)", "id")
    terminal = login.Ssh(rig, person)
    terminal.password_prompt()
    terminal.send("")
    rig.idp.approve(terminal.challenge(), person)
    check.that(login.signed_in(terminal.end()), "SSO beside a password does not work")


def L8_member_without_a_password_goes_straight_to_SSO(rig):
    rig.orgs.gamma()
    person = rig.person("gamma.test")
    login.signs_in(rig, person)
    terminal = login.Ssh(rig, person)
    terminal.challenge()
    check.lacks(terminal.text, "password", "what is shown without a password")
    terminal.close()


def L9_guest_signs_in_by_password_only(rig):
    org, guest = rig.orgs.gamma(), "guest@elsewhere.test"
    host.ssoctl("member", "add", org, guest, wants=None)
    host.set_password(guest, MEMBER_PASSWORD)
    prompt, text = login.by_password(rig, guest, MEMBER_PASSWORD)
    check.contains(prompt, ONLY, "the prompt of a guest")
    check.lacks(prompt, "SSO", "the prompt of a guest")
    check.that(login.signed_in(text), f"not signed in: {check.shown(text)}")
    _, text = login.by_password(rig, guest, "wrong-Password-2")
    check.that(not login.signed_in(text), "a wrong password opened a guest's account")


def a_removed_password_opens_nothing(rig):
    rig.orgs.gamma()
    person = rig.person("gamma.test")
    login.signs_in(rig, person)
    host.set_password(person, MEMBER_PASSWORD)
    host.ssoctl("password", "remove", person, "--yes")
    terminal = login.Ssh(rig, person)
    terminal.challenge()
    terminal.close()


def E2_E3_guards_refuse_what_would_lock_the_owner_out(rig):
    org = rig.orgs.acme()
    for words in (("idp", "remove", org), ("domain", "remove", org, "acme.test"),
                  ("password", "remove", orgs.owner(org))):
        result = host.ssoctl(*words, "--yes", wants=None)
        check.equal(result.status, 3, f"the exit status of {' '.join(words)}")
    host.ssoctl("enforcement", "set", rig.orgs.slow(), "domains", "--yes", wants=3)


def M_a_wrong_password_is_told_no_more_than_to_a_stranger(rig):
    org = rig.orgs.gamma()
    host.ssoctl("member", "add", org, "quiet@elsewhere.test")
    host.set_password("quiet@elsewhere.test", "quiet-Lantern-47-quartz")
    host.ssoctl("member", "add", org, "wordless@elsewhere.test")
    heard = []
    for name in ("quiet@elsewhere.test", "wordless@elsewhere.test", "nobody@elsewhere.test"):
        terminal = login.Ssh(rig, name)
        prompt = terminal.password_prompt()
        terminal.send("wrong-Lantern-47")
        terminal.password_prompt()
        terminal.close()
        heard.append((prompt + terminal.text).replace(name, "NAME"))
    check.equal(heard[0], heard[2], "what a guest hears, beside a stranger")
    check.equal(heard[1], heard[2], "what an account without a password hears, beside a stranger")


def K7_the_next_sign_in_shows_when_and_from_where_the_last_was(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    check.lacks(login.signs_in(rig, person), "Last sign-in", "the first sign-in")
    check.contains(login.signs_in(rig, person), r"Last sign-in: \S+Z from 127\.0\.0\.1", "the second sign-in")


def E4_H51_a_full_disk_never_refuses_the_owners_password(rig):
    org = rig.orgs.acme()
    owner = orgs.owner(org)
    with _small_disk(host.STORE.parent):
        login.by_password(rig, owner, orgs.OWNER_PASSWORD)  # takes the reserve
        filler = host.STORE.parent / "filler"
        _fill(filler)
        for _ in range(5):
            _, text = login.by_password(rig, owner, orgs.OWNER_PASSWORD)
            check.that(login.signed_in(text), f"refused on a full disk: {check.shown(text)}")
        added, refused, text = _add_until_refused(org, rig.person())
        check.contains(text, "cannot be written|no room|nothing was changed", "what ssoctl says")
        host.ssoctl("account", "show", refused, wants=4)
        filler.unlink()
        host.ssoctl("member", "add", org, refused)
        for person in [*added, refused]:
            check.that(processes.run("getent", "passwd", person).status == 0, f"{person} is not in the map")
    host.ssoctl("status")


def _add_until_refused(org, person):
    """What is left of the last block of the map has room for a few."""
    added = []
    for number in range(100):
        somebody = f"full{number}.{person}"
        result = host.ssoctl("member", "add", org, somebody, wants=None)
        if result.status != 0:
            check.equal(result.status, 1, "the exit status of ssoctl")
            return added, somebody, result.text
        added.append(somebody)
    raise AssertionError("a hundred members found room on a full disk")


def _fill(path):
    with open(path, "wb", buffering=0) as file:
        try:
            for size in (1 << 16, 1 << 12):
                while True:
                    file.write(bytes(size))
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
    with open(path, "ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(4096))


@contextlib.contextmanager
def _small_disk(path):
    """The folder, with what is in it, on a disk of 8 MiB for a while; afterwards it is as before."""
    copy = path.with_name(path.name + ".copy")
    processes.must("cp", "-a", path, copy)
    processes.must("mount", "-t", "tmpfs", "-o", "size=8m,mode=0755", "small", path)
    try:
        processes.must("cp", "-a", f"{copy}/.", path)
        yield
    finally:
        processes.must("umount", "-l", path)
        processes.must("rm", "-r", copy)
