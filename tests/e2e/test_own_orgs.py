# SPDX-License-Identifier: Apache-2.0
"""Orgs that people make for themselves, and the whole of somebody's way through a host (POLICY V5, V6)."""
import contextlib
import pathlib
import re

import check
import host
import login
import postfix
import processes
import zoos

DOMAIN = "nest.test"
OWN_DOMAIN = "lairs.test"
JOIN = r"Number, slug or (?:none|Enter to go on): "
MORE = r"Another, or Enter to go on: "
NAME = r"Its name[^:]*: "
ACTIVE = r"Active org \[[\w-]+\]: "


@contextlib.contextmanager
def _own(rig, *orgs, more=""):
    """Codes by email, own orgs, and orgs that people of the domain may join."""
    for org in orgs:
        rig.orgs.bare(org)
        host.ssoctl("org", "set", org, f"allowed-domains={DOMAIN}")
    server = postfix.of(rig)
    host.ssoctl("mail", "set", *server.options(), stdin=postfix.PASSWORD + "\n")
    try:
        with host.Kept(host.CONF) as conf:
            with open(conf, "a") as file:
                file.write("own-orgs = yes\nmails-per-remote = 1000\nmails-per-host = 1000\n" + more)
            for sender in ("other@" + postfix.SENDER.split("@")[1], postfix.SENDER):
                host.ssoctl("mail", "set", "--from", sender)  # any change shows the settings to NSS
            yield server
    finally:
        host.ssoctl("mail", "remove", "--yes")
        for org in orgs:
            host.ssoctl("org", "set", org, "allowed-domains=")


def _says(terminal, answers):
    for pattern, typed in answers:
        terminal.until(pattern)
        terminal.send(typed)
    return terminal.end(enter=False)


def _comes(rig, server, person, answers=(), way=r"\d+", **how):
    """A sign-in by code; ANSWERS as for the prompts behind it."""
    terminal = login.Ssh(rig, person, **how)
    terminal.until(r"Number \[1\]: ")
    terminal.send(re.search(rf"({way})\) a code by email", terminal.text).group(1))
    terminal.until("Code: $")
    terminal.send(server.code(person))
    return _says(terminal, answers)


def _has_groups(said, *groups):
    for group in groups:
        check.contains(said, rf"groups=[^\n]*\({group}\)", "the groups")


def V6_L14_somebody_makes_an_org_of_their_own_at_the_first_sign_in(rig):
    person = rig.person(OWN_DOMAIN)
    with _own(rig, more=f"own-orgs-domains = {OWN_DOMAIN}\n") as server:
        check.equal(host.listed("why", person)["row"], "L14", "the row")
        said = _comes(rig, server, person, [(JOIN, "2"), (JOIN, "1"), (NAME, "\u20ac"), (NAME, "Nest & Sons")])
        check.contains(said, r"1\) make an organization of your own", "the list")
        check.contains(said, "It needs a letter of a to z or a digit", "what is said of a name without any")
        check.contains(said, "it is called u-nest-sons here", "what it is called")
        check.that(login.signed_in(said), f"not signed in: {check.shown(said)}")
        _has_groups(said, "u-nest-sons", "u-nest-sons-admins")
        check.contains(said, "SSOORG_ORG=u-nest-sons.*SSOORG_ROLE=owner|SSOORG_ROLE=owner.*SSOORG_ORG=u-nest-sons", "the session")
        row = host.listed("org", "show", "u-nest-sons")
        check.equal((row["name"], row["owner"], row["self_made"]), ("Nest & Sons", person, "yes"), "the org")
        check.equal(host.members("u-nest-sons")[person]["source"], "owner", "how they are a member")
        events = [e["event"] for e in host.listed("audit", "u-nest-sons")]
        check.equal(events, ["org.create", "sign-in"], "its audit trail")
        check.that(login.signed_in(_comes(rig, server, person)), "not the second time, without a question")
        other = rig.person(OWN_DOMAIN)
        said = _comes(rig, server, other, [(JOIN, "1"), (NAME, ""), (JOIN, "none")])
        check.contains(said, "joined no organization", "with none made")
        check.that(host.in_passwd(other) is None, "an account was made")
        for words in (("domain", "add", "u-nest-sons", "x.test"), ("enforcement", "set", "u-nest-sons", "domains", "--yes"),
                      ("member", "add", "u-nest-sons", "a@x.test"), ("org", "set", "u-nest-sons", "allowed-domains=x.test")):
            check.contains(host.ssoctl(*words, wants=3).err, "self-made=no", f"what is said of {words}")
        host.ssoctl("invite", "create", "u-nest-sons", other)
        said = _comes(rig, server, other, [(r"Nest & Sons \(u-nest-sons\) invites you. Join\? \[y/N\]: ", "y")])
        check.contains(host.ssoctl("member", "list", "u-nest-sons").out, re.escape(other), "the members")
        check.contains(host.ssoctl("org", "set", "u-nest-sons", "self-made=no", wants=3).err, "has no password", "without a password")
        host.set_password(person, "nest-Lantern-31-quartz")
        host.ssoctl("org", "set", "u-nest-sons", "self-made=no")
        host.ssoctl("domain", "add", "u-nest-sons", "x.test")
    check.equal(host.listed("why", "nobody@" + OWN_DOMAIN)["row"], "L1", "the row without own orgs")
    host.ssoctl("org", "delete", "u-nest-sons", "--yes")


def V5_V6_the_story_of_somebody_who_comes_by_github_joins_makes_their_own_and_switches(rig):
    zoo = zoos.of(rig)
    person = rig.person(DOMAIN)
    with _own(rig, "kite", "lark"), zoo.known():
        host.ssoctl("social", "add", "gh", "--name", "GitHub", "--preset", "github", "--client-id", zoos.CLIENT_ID,
                    "--ca-file", zoo.ca)
        try:
            said = _by_github(rig, zoo, person, [(JOIN, "kite"), (MORE, "2"), (MORE, ""), (ACTIVE, "")])
            check.contains(said, r"1\) Kite \(kite\).*2\) Lark \(lark\).*3\) make an organization of your own", "the list")
            check.that(login.signed_in(said), f"not signed in: {check.shown(said)}")
            said = _by_github(rig, zoo, person, [(JOIN, "1"), (NAME, "Solo"), (ACTIVE, "u-solo")])
            check.contains(said, "SSOORG_ORG=u-solo", "the active org")
            _has_groups(said, "kite", "lark", "u-solo", "u-solo-admins")
            said = _by_github(rig, zoo, person, [(ACTIVE, "kite")], command="/usr/bin/ssoctl switch u-solo; echo BEGIN; echo END")
            check.contains(said, "u-solo is your active org from the next sign-in on", "the switch")
            said = _by_github(rig, zoo, person, [(r"Active org \[u-solo\]: ", "")])
            check.contains(said, "SSOORG_ORG=u-solo", "the active org after the switch")
        finally:
            host.ssoctl("social", "remove", "gh", "--yes")
    host.ssoctl("org", "delete", "u-solo", "--yes")


def _by_github(rig, zoo, person, answers, command=login.SAY_WHO):
    before = zoo.codes("github")
    terminal = login.Ssh(rig, person, command)
    terminal.until(r"Number \[1\]: ")
    check.contains(terminal.text, r"1\) GitHub\s+2\) a code by email", "the ways")
    terminal.send("1")
    code = zoo.new_code("github", before, gone=lambda: not terminal.child.isalive())
    terminal.until(zoos.ENTER)
    zoo.control.answer(code, "approve", person)
    terminal.enter_until(answers[0][0])
    terminal.send(answers[0][1])
    return _says(terminal, answers[1:])


def V5_V6_the_story_by_a_code_by_email(rig):
    person = rig.person(DOMAIN)
    with _own(rig, "kite", "lark") as server:
        said = _comes(rig, server, person, [(JOIN, "kite"), (MORE, "2"), (MORE, ""), (ACTIVE, "")])
        check.that(login.signed_in(said), f"not signed in: {check.shown(said)}")
        said = _comes(rig, server, person, [(JOIN, "1"), (NAME, "Alone"), (ACTIVE, "u-alone")])
        check.contains(said, "SSOORG_ORG=u-alone", "the active org")
        said = _comes(rig, server, person, [(ACTIVE, "lark")])
        check.contains(said, "SSOORG_ORG=lark", "the org that was switched to")
        check.contains(host.ssoctl("account", "show", person).out, "u-alone", "the account's orgs")
    host.ssoctl("org", "delete", "u-alone", "--yes")


def V6_V3_a_governed_person_is_never_offered_an_own_org(rig):
    rig.orgs.gamma()
    person = rig.person("gamma.test")
    with _own(rig, "kite", more="own-orgs-domains = gamma.test\n"):
        said = login.signs_in(rig, person)
        check.lacks(said, "organization of your own|a code by email", "what they see")


def _narrow(text, columns=40):
    """The lines of lists, which fit a narrow terminal."""
    for line in text.replace("\r", "").splitlines():
        if re.match(r" +\d+\) | +gives you | +A code | +It is good", line):
            check.that(len(line) <= columns, f"{len(line)} columns: {line!r}")


def V4_V5_K8_at_the_console_in_40_columns(rig):
    person, owner = rig.person(DOMAIN), rig.person(DOMAIN)
    with _own(rig, "kite", "lark") as server:
        terminal = login.console(columns=40)
        terminal.send(person)
        terminal.until(r"Number \[1\]: ")
        terminal.send("one")
        terminal.until(r"That is none of them\..*Number \[1\]: ")
        terminal.send("")
        terminal.until("Code: $")
        terminal.send(server.code(person))
        terminal.until(JOIN)
        terminal.send("2")
        terminal.until(MORE)
        terminal.send("3")
        terminal.until(NAME)
        terminal.send("Narrow")
        terminal.until(MORE)
        terminal.send("")
        terminal.until(ACTIVE)
        terminal.send("u-narrow")
        terminal.until(r"[$] $")
        terminal.send("id; env | grep SSOORG_ORG")
        terminal.until("SSOORG_ORG=[a-z-]+")
        _narrow(terminal.text)
        check.contains(terminal.text, "SSOORG_ORG=u-narrow", "the active org")
        _has_groups(terminal.text, "lark", "u-narrow")
        check.lacks(terminal.text, r"groups=[^\n]*\(kite\)", "the groups")
        terminal.close()
        check.that(owner not in host.members("kite"), "somebody else came in")
    host.ssoctl("org", "delete", "u-narrow", "--yes")


def V4_a_client_that_shows_no_list_has_the_password_or_is_refused_with_the_reason(rig):
    rig.orgs.open()
    guest, newcomer = f"v4-{rig.person(DOMAIN)}", rig.person(DOMAIN)
    host.ssoctl("member", "add", "open", guest)
    host.set_password(guest, "guest-Lantern-31-quartz")
    with _own(rig, "kite") as server:
        before, log = server.count(), rig.log()
        # sshd's password method answers what is hidden and shows nothing else.
        said = login.by_password(rig, guest, "guest-Lantern-31-quartz", method="password")[1]
        check.that(login.signed_in(said), f"the password does not count: {check.shown(said)}")
        terminal = login.Ssh(rig, newcomer, method="password", options=("-o", "NumberOfPasswordPrompts=1"))
        terminal.password_prompt()
        terminal.send("anything")
        check.that(not login.signed_in(terminal.end(enter=False)), "signed in")
        check.contains(log.text(), f"refused: login={newcomer} [^\n]*reason=needs-terminal", "the log")
        check.equal(server.count(), before, "mails that nobody has asked for")


def V6_W_what_the_owner_of_an_own_org_may_and_may_not(rig):
    """As they would through sudo, once an operator has let them (dist/sudoers.d)."""
    person, guest = rig.person(OWN_DOMAIN), rig.person(OWN_DOMAIN)
    sudoers = pathlib.Path("/etc/sudoers.d/ssoorg-own-test")
    with _own(rig, more=f"own-orgs-domains = {OWN_DOMAIN}\n") as server:
        check.that(login.signed_in(_comes(rig, server, person, [(JOIN, "1"), (NAME, "Lair")])), "not signed in")
        uid, gid = host.in_passwd(person)[2:4]
        org = host.listed("org", "show", "u-lair")
        before = server.count()

        def acts(*words, stdin=""):
            listed = ",".join(map(str, (gid, org["gid"], org["admins_gid"])))
            return processes.run("setpriv", "--reuid", uid, "--regid", gid, "--groups", listed, "--", "sudo", "-n",
                                 "/usr/bin/ssoctl", *words, stdin=stdin)
        try:
            sudoers.write_text("Defaults!/usr/bin/ssoctl env_reset, !setenv, preserve_groups\n"
                               "ALL ALL = (root) NOPASSWD: /usr/bin/ssoctl\n")
            sudoers.chmod(0o440)
            for words in (("member", "list", "u-lair"), ("audit", "u-lair"), ("org", "set", "u-lair", "help=Ask me"),
                          ("invite", "create", "u-lair", guest), ("invite", "list", "u-lair"),
                          ("invite", "cancel", "u-lair", guest), ("invite", "create", "u-lair", guest)):
                said = acts(*words)
                check.equal(said.status, 0, f"ssoctl {' '.join(words)}, which said {check.shown(said.text)}")
            for words in (("member", "add", "u-lair", "a@x.test"), ("member", "import", "u-lair", "-"),
                          ("domain", "add", "u-lair", "x.test"), ("enforcement", "set", "u-lair", "domains", "--yes"),
                          ("idp", "set", "u-lair", "--issuer", "https://idp.example", "--client-id", "c", "--auth", "none"),
                          ("org", "set", "u-lair", "allowed-domains=x.test"), ("org", "set", "u-lair", "self-made=no"),
                          ("org", "set", "u-lair", "max-members=100"), ("org", "rename", "u-lair", "lair"),
                          ("group", "map", "u-lair", "developers", "dev"),
                          ("invite", "create", "u-lair", "b@x.test", "--mail"), ("mail", "show")):
                said = acts(*words, stdin="email\na@x.test\n")
                check.equal(said.status, 3, f"ssoctl {' '.join(words)}, which said {check.shown(said.text)}")
            check.equal(server.count(), before, "mails that went out")
            said = _comes(rig, server, guest, [(r"Lair \(u-lair\) invites you. Join\? \[y/N\]: ", "y")])
            check.that(guest in host.members("u-lair"), f"not joined: {check.shown(said)}")
            check.equal(acts("org", "transfer", "u-lair", guest, "--yes").status, 3, "given away")
            check.equal(acts("member", "remove", "u-lair", guest, "--yes").status, 0, "a member removed")
        finally:
            sudoers.unlink()
    host.ssoctl("account", "remove", person, "--yes")
    host.ssoctl("org", "show", "u-lair", wants=4)  # it went with its owner
