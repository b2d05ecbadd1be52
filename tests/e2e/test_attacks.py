"""What was done to the finished product by attacking it (HOLES H61 and on), each tried again as an attack."""
import json
import os
import pathlib
import subprocess

import check
import delegates
import host
import login
import orgs
import processes
import provider
from delegates import world

PASSWORD = "attacked-Lantern-58-walnut"
OTHER = "impostor-Walnut-31-kettle"


def H61_an_owner_who_changes_the_provider_does_not_become_an_operator(rig):
    org, name, email = _operator_in(rig, "opadmin")
    try:
        said = _owner(rig, org, "idp", "set", org, "--issuer", _evil(rig).issuer, "--client-id", "ssoorg", "--ca-file", "-",
                      stdin=rig.ca.read_text())
        check.equal(said.status, 0, f"the owner's own change: {said.text}")
        text = _through(rig, name, _evil(rig), email)
        check.that(not login.signed_in(text), f"the owner's provider signs an operator in: {check.shown(text)}")
        check.contains(text, "operator of this host must confirm", "what is said")
        shown = host.listed("idp", "show", org)
        check.equal(shown["confirmed"], False, "whether the connection is confirmed")
        check.contains(shown["unconfirmed"], f"issuer by {orgs.owner(org)}", "who changed what")
        _, text = login.by_password(rig, name, PASSWORD)  # W8: the password is offered meanwhile
        check.that(login.signed_in(text), f"the operator's own password: {check.shown(text)}")
    finally:
        _restore(rig, org)


def H61_S8_an_operator_is_linked_only_beside_the_password(rig):
    org, name, email = _operator_in(rig, "oplink")
    text = login.beside_password(rig, name, email, "wrong-" + PASSWORD)
    check.that(not login.signed_in(text), "an operator was linked by email")
    text = login.beside_password(rig, name, email, PASSWORD)
    check.contains(text, rf"\({name}\)", "id")


def H61_a_stale_fingerprint_is_not_confirmed(rig):
    org = rig.orgs.delta()
    try:
        _owner(rig, org, "org", "set", org, "required-amr=one")
        seen = host.listed("idp", "show", org)["fingerprint"]
        _owner(rig, org, "org", "set", org, "required-amr=two")
        check.contains(host.ssoctl("idp", "confirm", org, seen, wants=3).text, "idp show", "the refusal")
        check.equal(_owner(rig, org, "idp", "confirm", org, host.listed("idp", "show", org)["fingerprint"]).status, 3,
                    "a confirmation by the owner")
        host.ssoctl("idp", "confirm", org, host.listed("idp", "show", org)["fingerprint"])
        check.equal(host.listed("idp", "show", org)["confirmed"], True, "confirmed")
    finally:
        host.ssoctl("org", "set", org, "required-amr=")


def W8_upgrade_asks_about_what_nobody_has_confirmed(rig):
    org = rig.orgs.delta()
    host.ssoctl("upgrade", "--yes")
    check.contains(host.ssoctl("upgrade").text, "every connection is confirmed", "what is said where all is well")
    try:
        _owner(rig, org, "org", "set", org, "required-amr=one")
        check.contains(host.ssoctl("upgrade", wants=1).text, f"org {org}: no operator has confirmed", "the question")
        host.ssoctl("upgrade", "--yes")
        check.equal(host.listed("idp", "show", org)["confirmed"], True, "confirmed")
    finally:
        host.ssoctl("org", "set", org, "required-amr=")


def H62_S14_what_an_impostor_left_is_not_inherited(rig):
    """The three endings of the story: the password, an admin's link, a retired account."""
    org, domain = "inherit", "guests.test"
    rig.orgs.create(org, domain, "jit")
    host.ssoctl("domain", "remove", org, domain, "--yes")
    victims = [_taken_by_code(rig, org, rig.person(domain)) for _ in range(3)]
    host.ssoctl("domain", "add", org, domain)
    host.ssoctl("domain", "verify", org, domain, "--by-hand", orgs.BY_HAND)
    for victim in victims:
        text = login.beside_password(rig, victim, victim, OTHER + "x")
        check.that(not login.signed_in(text), f"the real person gets the impostor's account: {check.shown(text)}")
    knows, linked, retired = victims
    check.that(login.signed_in(login.beside_password(rig, knows, knows, OTHER)), "who knows the password")
    host.ssoctl("account", "set", linked, "email=proven", wants=2)
    host.ssoctl("account", "set", linked, "email=proven", "--reason", "she showed her passport", "--yes")
    check.that(login.signed_in(_through(rig, linked)), "whom an operator knows")
    uid = int(host.in_passwd(retired)[2])
    left = _leaves_everything(retired, uid)
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


def H68_a_delegate_does_not_touch_an_operator(rig):
    org, _, email = _operator_in(rig, "opsafe")
    for words in (("member", "suspend", org, email), ("member", "remove", org, email, "--yes"),
                  ("member", "role", org, email, "admin"), ("member", "suspend", org, email, "--end-sessions"),
                  ("account", "retire", email, "--yes"), ("password", "remove", email, "--yes"),
                  ("identity", "unlink", email, "--org", org)):
        said = _owner(rig, org, *words)
        check.equal(said.status, 3, f"{' '.join(words)}: {said.text}")
    check.equal(host.members(org)[email]["status"], "active", "the membership")


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
    left = _leaves_everything(person, uid)
    said = host.ssoctl("account", "remove", person, "--yes").text
    check.contains(said, rf"1 processes of uid {uid} go on", "what is said of what runs")
    check.contains(said, r"is now /home/\.ssoorg-removed/", "what is said of the home")
    left.kill()
    left.wait()
    host.ssoctl("member", "add", "gamma", person)
    check.lacks(login.signs_in(rig, person), "OWNED", "the new person's session")


def H72_jobs_of_a_suspended_person_do_not_start(rig):
    org, person = rig.orgs.open(), "jobs@open.example"
    host.ssoctl("member", "add", org, person)
    said = pathlib.Path("/run/jobs-said")
    with host.Kept("/etc/pam.d/cron") as stack, host.Kept("/etc/cron.d/test") as job:
        stack.write_text((host.DIST / "pam.d/cron").read_text())
        job.parent.mkdir(exist_ok=True)
        job.write_text(f"@reboot {person} echo theirs >> {said}\n@reboot root echo roots >> {said}\n")
        check.contains(_cron_says(said, "roots", "theirs"), "theirs", "a member's job")
        host.ssoctl("member", "suspend", org, person)
        text = _cron_says(said, "roots")
        check.lacks(text, "theirs", "the job of somebody who is suspended")
    for name in ("atd", "systemd-user"):
        check.contains((host.DIST / "pam.d" / name).read_text(), r"\naccount +required +pam_ssoorg.so\n@include common-account",
                       f"the stack of {name}")


def H73_device_link_code_shows_address_and_code_alone(rig):
    org = rig.orgs.delta()
    person = rig.person("delta.test")
    host.ssoctl("org", "set", org, "device-link=code")
    try:
        terminal = login.Ssh(rig, person)
        challenge = terminal.challenge()
        check.lacks(challenge.text, "or open:|user_code=|\u2588", "what carries the code along")
        check.contains(challenge.text, "nobody may have sent you this", "the warning")
        rig.idp.approve(challenge, person)
        check.that(login.signed_in(terminal.end()), "not signed in")
    finally:
        host.ssoctl("org", "set", org, "device-link=full")


def H73_running_sessions_are_told_of_a_new_sign_in(rig):
    rig.orgs.gamma()
    person = rig.person("gamma.test")
    first = login.open_session(rig, person)
    login.signs_in(rig, person)
    first.until(rf"{person} has just signed in here from 127\.0\.0\.1")
    with host.Kept(host.CONF) as conf:
        conf.write_text(conf.read_text() + "notify-sessions = no\n")
        seen = len(first.text)
        login.signs_in(rig, person)
        first.send("echo still-here")
        first.until("still-here")
        check.lacks(first.text[seen:], "has just signed in", "what is told although it is off")
    first.close()


def the_audit_trail_tells_an_owner_nothing_of_accounts_elsewhere(rig):
    org = rig.orgs.gamma()
    person, other, nobody = (rig.person("gamma.test") for _ in range(3))
    for each in (person, other):
        login.signs_in(rig, each)
    for approver in (other, nobody):
        login.is_refused(rig, person, approver, words="somebody else")
    rows = {e["row"] for e in json.loads(_owner(rig, org, "audit", org, "--json").out)
            if e["login"] == person and e["event"] == "sign-in.refused"}
    check.equal(rows, {"S2/S9"}, "the rows that the org's owner is shown")
    rows = {e["row"] for e in host.listed("audit", org) if e["login"] == person and e["event"] == "sign-in.refused"}
    check.equal(rows, {"S2", "S9"}, "the rows that an operator is shown")


def H74_a_list_that_nobody_reads_holds_no_transaction(rig):
    org = rig.orgs.bare("unread")
    rows = "".join(f"u{n}@unread.example\n" for n in range(4000))
    host.ssoctl("member", "import", org, "-", stdin="email\n" + rows)
    for words in (("member", "list", org), ("member", "export", org), ("account", "list"), ("audit",)):
        with subprocess.Popen(["ssoctl", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as unread:
            check.soon(lambda: _is_blocked_writing(unread.pid) or unread.poll() is not None, f"{words} comes to its output")
            check.that(not _reads_the_store(unread.pid), f"ssoctl {' '.join(words)} waits for its reader in a transaction")
            unread.kill()


def H76_only_an_operator_renames_an_org(rig):
    org = rig.orgs.delta()
    check.equal(_owner(rig, org, "org", "rename", org, "docker").status, 3, "a rename by the owner")
    check.equal(host.ssoctl("org", "rename", org, "delta2", "--yes").status, 0, "a rename by an operator")
    host.ssoctl("org", "rename", "delta2", org, "--yes")


def H78_password_from_narrows_where_a_password_counts(rig):
    org = rig.orgs.bare("narrow")
    member = "m@narrow.example"
    host.ssoctl("member", "add", org, member)
    host.set_password(member, PASSWORD)
    host.set_password(orgs.owner(org), PASSWORD)
    rig.secrets.add(PASSWORD)
    for person in (member, orgs.owner(org)):
        _, text = login.by_password(rig, person, PASSWORD)
        check.that(login.signed_in(text), f"{person} before: {check.shown(text)}")
    host.ssoctl("org", "set", org, "password-from=192.0.2.0/24")
    for person in (member, orgs.owner(org)):
        _, text = login.by_password(rig, person, PASSWORD)
        check.that(not login.signed_in(text), f"{person} from elsewhere")
    host.ssoctl("org", "set", org, "password-from=192.0.2.0/24 127.0.0.0/8")
    _, text = login.by_password(rig, member, PASSWORD)
    check.that(login.signed_in(text), f"from inside: {check.shown(text)}")
    said = _owner(rig, org, "org", "set", org, "password-from=192.0.2.0/24")
    check.equal(said.status, 3, f"an owner who would shut themself out: {said.text}")


def H80_P03_a_test_that_would_be_refused_proves_nothing(rig):
    org = "untested"
    rig.orgs.create(org, "info.test", "invite-only")
    said = _test_sign_in(rig, org, rig.person("info.test"))
    check.equal(said.status, 3, f"idp test of somebody who would not be let in: {said.text}")
    check.contains(said.text, "POLICY S12", "the row")
    check.equal(host.listed("idp", "show", org)["tried"], False, "tried")
    login.by_password(rig, orgs.owner(org), orgs.OWNER_PASSWORD)
    check.contains(host.ssoctl("enforcement", "set", org, "domains", "--yes", wants=3).text, "no sign-in has succeeded",
                   "why it is not enforced")
    person = rig.person("info.test")
    host.ssoctl("invite", "create", org, person)
    check.equal(_test_sign_in(rig, org, person).status, 0, "idp test of somebody invited")
    host.ssoctl("enforcement", "set", org, "domains", "--yes")
    host.ssoctl("org", "delete", org, "--yes", wants=None)


def H81_a_local_group_comes_only_with_the_confirmed_connection(rig):
    org, person, other = rig.orgs.gamma(), rig.person("gamma.test"), rig.person("gamma.test")
    for each in (person, other):
        rig.idp.say_groups(each, ["Crew81"])
    rig.secrets.add(PASSWORD)
    with host.Kept("/etc/group") as path:
        with open(path, "a") as file:
            file.write("tools81:x:4781:\n")
        host.ssoctl("group", "map", org, "Crew81", "--local-group", "tools81")
        try:
            check.contains(login.signs_in(rig, person), r"4781\(tools81\)", "id in a session through the connection")
            said = _owner(rig, org, "password", "set", person, "--stdin", stdin=PASSWORD + "\n")
            check.equal(said.status, 3, f"the owner sets the password of who holds a local group: {said.text}")
            host.set_password(person, PASSWORD)
            _, text = login.by_password(rig, person, PASSWORD)
            check.that(login.signed_in(text), f"by password: {check.shown(text)}")
            check.lacks(text, "4781", "id in a session by password")
            said = _owner(rig, org, "idp", "set", org, "--ca-file", "-", stdin=rig.ca.read_text() + "\n")
            check.equal(said.status, 0, f"the owner's own change: {said.text}")
            check.lacks(login.signs_in(rig, other), "4781", "what a connection that nobody confirmed gives")
            check.contains(_through(rig, person), "operator of this host must confirm", "S15")
            host.ssoctl("idp", "confirm", org, host.listed("idp", "show", org)["fingerprint"])
            check.contains(_through(rig, person), r"4781\(tools81\)", "id once it is confirmed")
        finally:
            host.ssoctl("group", "unmap", org, "Crew81", "--yes")
            _restore(rig, org)


# What the tests share.

def _operator_in(rig, name):
    """A local user of group sudo whom root maps into delta."""
    org, email = rig.orgs.delta(), rig.person("delta.test")
    host.add_local_user(name, PASSWORD)
    processes.must("usermod", "-aG", "sudo", name)
    host.ssoctl("member", "add", org, email, "--local-user", name)
    rig.secrets.add(PASSWORD)
    return org, name, email


def _owner(rig, org, *words, stdin=""):
    """ssoctl through sudo by the org's owner, whose session opened it."""
    here = world(rig)
    row = host.listed("org", "show", org)
    return here.run_as(orgs.owner(org), [row["gid"], row["admins_gid"]], "sudo", "-n", "ssoctl", *words, stdin=stdin)


def _evil(rig):
    if not hasattr(rig, "evil"):
        rig.evil = rig.serve(provider.Provider(rig.folder, "--interval", "1"))
    return rig.evil


def _restore(rig, org):
    host.ssoctl("idp", "set", org, "--issuer", rig.idp.issuer, "--client-id", "ssoorg", "--ca-file", rig.ca, "--auth", "none")


def _taken_by_code(rig, org, victim):
    """Somebody else types the invite's code, and plants what they like."""
    code = json.loads(host.ssoctl("invite", "create", org, victim, "--json").out)["code"]
    rig.secrets.update((code, OTHER))
    terminal = login.Ssh(rig, victim)
    terminal.password_prompt()
    terminal.send(code)
    terminal.until("choose a password: ")
    terminal.send()
    for prompt in ("New password: ", "New password again: "):
        terminal.until(prompt)
        terminal.send(OTHER)
    check.that(login.signed_in(terminal.end(enter=False)), f"the code was not taken: {check.shown(terminal.text)}")
    home = pathlib.Path("/home", victim)
    (home / ".ssh").mkdir(mode=0o700, exist_ok=True)
    (home / ".ssh/authorized_keys").write_text("ssh-ed25519 AAAA impostor\n")
    return victim


def _leaves_everything(person, uid):
    """A start-up file, a crontab and a process of the account."""
    home = pathlib.Path("/home", person)
    (home / ".bashrc").write_text("echo OWNED\n")
    crontab = pathlib.Path("/var/spool/cron/crontabs", person)
    crontab.parent.mkdir(parents=True, exist_ok=True)
    crontab.write_text("* * * * * true\n")
    for path in (home / ".bashrc", crontab):
        os.chown(path, uid, uid)
    process = subprocess.Popen(["sleep", "600"], user=uid, group=uid, extra_groups=[], cwd=home)
    check.soon(lambda: pathlib.Path(f"/proc/{process.pid}").stat().st_uid == uid, "no process of the account")
    return process


def _is_blocked_writing(pid):
    try:
        words = pathlib.Path(f"/proc/{pid}/syscall").read_text().split()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return words[:2] == ["1", "0x1"]  # write(2) to standard output


def _reads_the_store(pid):
    """Whether a reader's slot of LMDB names the process with a transaction: 64 bytes each, behind the header."""
    table = (host.STORE / "lock.mdb").read_bytes()
    slots = (table[at:at + 16] for at in range(128, len(table) - 15, 64))
    return any(int.from_bytes(slot[8:12], "little") == pid and slot[:8] != b"\xff" * 8 for slot in slots)


def _children(pid):
    return pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def _cron_says(said, *words):
    """What the jobs of a start of cron have written, once these words are there and nothing is being run any more."""
    pathlib.Path("/run/crond.reboot").unlink(missing_ok=True)
    said.write_text("")
    said.chmod(0o666)
    cron = subprocess.Popen(["cron", "-f"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        check.soon(lambda: all(word in said.read_text() for word in words), "cron ran nothing")
        check.soon(lambda: not _children(cron.pid), "cron's jobs end")
        return said.read_text()
    finally:
        processes.stop(cron)


def _through(rig, name, idp=None, person=None):
    """A sign-in through a provider, wherever a password is offered too."""
    terminal = login.Ssh(rig, name)
    if terminal.until(login.CODE, login.PASSWORD) == 1:
        terminal.send()
        terminal.until(login.CODE)
    terminal._more()
    (idp or rig.idp).approve(login.Challenge(terminal.text), person or name)
    return terminal.end()


def _test_sign_in(rig, org, person):
    """idp test, approved by the person."""
    with subprocess.Popen(["ssoctl", "idp", "test", org], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as program:
        told = program.stderr.readline()
        rig.idp.approve(login.Challenge(told), person)
        out, err = program.communicate(timeout=600)
    return processes.Result(subprocess.CompletedProcess([], program.returncode, out, told + err))
