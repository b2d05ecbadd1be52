# SPDX-License-Identifier: Apache-2.0
"""What sign-ins and refusals leave: events in the audit trail, also as it is followed, and lines in the log."""
import json
import os
import re
import subprocess

import check
import host
import keys
import login
import orgs
import processes


def audit_follow_prints_a_sign_in_while_it_runs(rig):
    rig.orgs.acme_afresh()
    person = rig.person()
    with _Follower() as follower:
        login.signs_in(rig, person)
        check.soon(lambda: follower.lines(person), "a line about the sign-in is there")
    check.contains(follower.lines(person)[0], rf"sign-in\s.*\bacme\b.*{re.escape(person)}.*127\.0\.0\.1.*sshd.*S11",
                   "the line")


def audit_follow_prints_a_JSON_object_a_line(rig):
    rig.orgs.acme_afresh()
    person = rig.person()
    with _Follower("--json") as follower:
        login.signs_in(rig, person)
        check.soon(lambda: follower.lines(person), "a line about the sign-in is there")
    events = [json.loads(line) for line in follower.text.splitlines()]
    check.that(all(isinstance(event, dict) for event in events), f"not objects: {follower.text}")
    _is_event(next(event for event in events if event["login"] == person), "sign-in", person, "S11")


def audit_follow_ends_when_nobody_reads_any_more(rig):
    rig.orgs.acme_afresh()
    with _Follower() as follower:
        follower.process.stdout.close()
        for _ in range(2):
            login.signs_in(rig, rig.person())
        check.soon(lambda: follower.process.poll() is not None, "audit --follow ends")


def audit_since_has_who_what_org_login_address_and_row(rig):
    rig.orgs.acme_afresh()
    person, other = rig.person(), rig.person()
    login.signs_in(rig, person)
    login.is_refused(rig, other, person)
    events = host.listed("audit", "--since", "1h")
    for name, event, row in ((person, "sign-in", "S11"), (other, "sign-in.refused", "S2")):
        found = [e for e in events if e["login"] == name]
        check.equal(len(found), 1, f"events of {name}")
        _is_event(found[0], event, name, row)
    check.contains(found[0]["detail"], rf"somebody-else.*{re.escape(person)}", "the detail of the refusal")
    check.equal([e for e in host.listed("audit", "--since", "0s") if e["login"] == person], [], "events of now")


def the_log_says_who_org_service_address_and_row(rig):
    org, person, other = rig.orgs.acme_afresh(), rig.person(), rig.person()
    log = rig.log()
    login.signs_in(rig, person)
    login.is_refused(rig, other, person)
    login.is_declined(rig, login.Ssh(rig, other))
    with keys.setting("acme", "deny"):
        keys.by_key(rig, person, keys.give_key(rig, person))
    text = log.text()
    place = f"org={org} service=sshd rhost=127\\.0\\.0\\.1"
    for line in (rf"signed in: login={re.escape(person)} uid=\d+ {place} row=S11 way=sso",
                 rf"refused: login={re.escape(other)} {place} row=S2 reason=somebody-else",
                 rf"refused: login={re.escape(other)} {place} row=L11 reason=declined",
                 rf"refused: login={re.escape(person)} {place} row=K1 reason=key-refused"):
        check.contains(text, line, "the system's log")


def the_log_names_the_console_as_service(rig):
    org, person = rig.orgs.acme_afresh(), rig.person()
    log = rig.log()
    login.shell_at_console(rig, person)
    check.contains(log.text(), rf"signed in: login={re.escape(person)} uid=\d+ org={org} service=login rhost= row=S11",
                   "the system's log")


def the_log_names_the_org_of_an_owner_whose_address_is_elsewhere(rig):
    org = rig.orgs.acme_afresh()
    log = rig.log()
    login.by_password(rig, orgs.owner(org), orgs.OWNER_PASSWORD)
    check.contains(log.text(), rf"signed in: login={re.escape(orgs.owner(org))} uid=\d+ org={org} service=sshd "
                   r"rhost=127\.0\.0\.1 row=L5 way=password", "the system's log")


class _Follower:
    """ssoctl audit --follow, and what it has printed so far."""

    def __init__(self, *options):
        self.command = ["ssoctl", "audit", "--follow", *options]
        self.text = ""

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        os.set_blocking(self.process.stdout.fileno(), False)
        return self

    def __exit__(self, *exc):
        processes.stop(self.process)

    def lines(self, word):
        self.text += (self.process.stdout.read() or b"").decode()
        return [line for line in self.text.splitlines() if word in line]


def _is_event(event, name, person, row):
    for key, value in (("event", name), ("actor", person), ("login", person), ("org", "acme"),
                       ("rhost", "127.0.0.1"), ("service", "sshd"), ("row", row)):
        check.equal(event[key], value, f"{key} of the event")
    check.contains(event["at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", "the date of the event")
