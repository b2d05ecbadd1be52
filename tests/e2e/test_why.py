"""ssoctl why: one command for "why can't she get in"."""
import json
import pathlib
import re

import check
import host
import hostile
import login
import processes
import schemas

PASSWORD = "why-Lantern-61-gravel"


def why_finds_a_person_by_email_login_and_number(rig):
    rig.orgs.acme()
    person = rig.person()
    login.signs_in(rig, person)
    host.ssoctl("account", "rename", person, "short-why")
    try:
        number = host.in_passwd("short-why")[2]
        answers = [host.listed("why", name) for name in (person, "short-why", number)]
        for answer in answers:
            check.equal((answer["row"], answer["uid"], answer["email"]), (answers[0]["row"], int(number), person), "the answer")
            check.that(answer["row"] != "L1" and answer["account"], f"not found: {answer}")
            check.equal(answer["last"][0]["event"], "account.rename", "the last event")
    finally:
        host.ssoctl("account", "rename", "short-why", person)


def why_tells_what_happened_last_and_what_the_provider_said(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    login.signs_in(rig, person)
    check.equal(host.listed("why", person)["failed"], [], "failed tries before there were any")
    terminal = login.Ssh(rig, person)
    rig.idp.answer(terminal.challenge(), person, "decline")
    terminal.end()
    with hostile.provider(rig) as (ports, ca), hostile.connected(rig, org, f"{ports['main']}/device-error-as-200", ca):
        login.Ssh(rig, person).end(enter=False)
        answer = host.listed("why", person)
    check.contains(answer["failed"][0]["detail"], "HTTP 200: teapot", "what the provider said to her")
    check.equal(answer["failed"][0]["rhost"], "127.0.0.1", "where from")
    connection = next(row for row in answer["connections"] if row["org"] == org)
    check.contains(connection["failed_detail"], "teapot", "what it said last")
    check.equal(connection["failed_reason"], answer["failed"][0]["reason"], "the reason of both")
    for number in range(12):
        host.ssoctl("member", "role", org, person, ("admin", "viewer")[number % 2])
    answer = host.listed("why", person)
    check.equal([row["event"] for row in answer["last"]], ["member.role"] * 10, "the last ten events")
    times = [row["at"] for row in answer["last"]]
    check.equal(times, sorted(times, reverse=True), "their dates, the latest first")
    check.that(any(row["kind"] == "login" and row["subject"] == person for row in answer["throttles"]), f"what is counted: {answer['throttles']}")
    shown = host.ssoctl("why", person).out
    for words in ("What happened last", "failed before anybody had proven", "Where they may sign in", "What is counted"):
        check.contains(shown, words, "what a person reads")


def why_names_a_claim_that_nobody_has_proven(rig):
    org = rig.orgs.gamma()
    host.ssoctl("domain", "add", org, "claimed-only.example")
    try:
        claims = host.listed("why", "somebody@claimed-only.example")["claims"]
        check.equal([(row["domain"], row["org"]) for row in claims], [("claimed-only.example", org)], "the claims")
    finally:
        host.ssoctl("domain", "remove", org, "claimed-only.example", "--yes")


def a_stranger_leaves_nothing_behind_but_the_connections_last_failure(rig):
    org = rig.orgs.gamma()
    before = host.ssoctl("status", "--prometheus", "-").out
    for number in range(3):
        terminal = login.Ssh(rig, rig.person("gamma.test"))
        rig.idp.answer(terminal.challenge(), "mallory@evil.test", "decline")
        terminal.end()
    after = host.ssoctl("status", "--prometheus", "-").out
    for kind in ("accounts", "memberships", "invites"):
        counts = [re.search(rf'kind="{kind}"\}} (\d+)', text).group(1) for text in (before, after)]
        check.equal(counts[0], counts[1], kind)
    connection = host.listed("why", rig.person("gamma.test"))["connections"][0]
    check.equal((connection["org"], connection["failed_reason"]), (org, "declined"), "the connection's last failure")


def enforcement_is_tried_on_the_past_and_changes_nothing(rig):
    org, by_password, by_key, by_sso = rig.orgs.gamma(), *(rig.person("gamma.test") for _ in range(3))
    host.ssoctl("org", "set", org, "keys=allow")
    try:
        for person in (by_password, by_sso):
            login.signs_in(rig, person)
        host.set_password(by_password, PASSWORD)
        host.set_password(by_sso, PASSWORD)
        host.ssoctl("member", "add", org, by_key)
        login.by_password(rig, by_password, PASSWORD)
        entry = host.in_passwd(by_key)
        keys = pathlib.Path(entry[5]) / ".ssh"
        keys.mkdir(parents=True)
        (keys / "authorized_keys").write_text("ssh-ed25519 AAAA key\n")
        host.ssoctl("org", "set", org, "keys=default")
        answer = json.loads(host.ssoctl("enforcement", "set", org, "domains", "--dry-run", "--since", "1d", "--json").out)
        check.equal(schemas.problems("enforcement set", answer), [], "beside the schema")
        rows = {(row["login"], row["way"]) for row in answer["would_not"]}
        check.that({(by_password, "password"), (by_key, "key")} <= rows, f"who would not get in: {rows}")
        check.that((by_sso, "password") not in rows, "who never typed the password they have")
        check.equal((answer["changed"], host.listed("enforcement", "show", org)["enforcement"]), (False, "off"), "changed")
        check.equal(host.ssoctl("enforcement", "set", org, "off", "--dry-run", "--since", "1d").out.count(by_password), 0, "off")
        host.ssoctl("enforcement", "set", org, "domains", "--since", "1d", "--yes", wants=2)
        host.ssoctl("enforcement", "set", org, "domains", "--dry-run", "--since", "soon", wants=2)
    finally:
        host.ssoctl("org", "set", org, "keys=default")
        processes.run("rm", "-rf", f"/home/{by_key}")
