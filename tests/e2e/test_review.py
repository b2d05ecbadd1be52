"""Looking through who is in an org, and signing that off."""
import json
import time

import ahead
import asking
import check
import delegates
import host
import login
import orgs

ORG, DOMAIN = "looked", "looked.test"
ADMIN = "admin-looked@example.org"
PASSWORD = "looked-Pebble-63-lantern"
DAY_S = 86400
REASON = ("--reason", "as each quarter")


def review_shows_who_is_in_by_what_and_whom_to_look_at(rig):
    _made(rig)
    person, ends, out = rig.person(DOMAIN), _add(rig), _add(rig)
    host.ssoctl("invite", "create", ORG, person)
    login.signs_in(rig, person)
    host.ssoctl("member", "resume", ORG, ends, "--until", "2h", *REASON)
    host.ssoctl("member", "suspend", ORG, out)
    shown = _shown()
    rows = {row["email"]: row for row in shown["people"]}
    check.equal(set(rows), set(host.members(ORG)), "who is shown")
    for email, row in host.members(ORG).items():
        for key in ("login", "role", "role_until", "until", "source", "status", "joined_at", "last_sign_in_at", "asked"):
            check.equal(rows[email][key], row[key], f"{key} of {email}")
    check.equal((rows[person]["source"], rows[person]["look_at"]), ("invitation", None), "who has signed in by the provider")
    check.that("suspended" in rows[out]["look_at"], f"who is suspended: {rows[out]}")
    check.equal(rows[ADMIN]["look_at"], ["admin without end", "address not proven", "guest"], "an admin")
    check.equal((rows[ends]["key_alone"], rows[out]["key_alone"]), ("accepted", "refused"), "by a key alone")
    check.equal((shown["members"], shown["admins"]), (len(rows), 1), "the counts")
    check.equal(shown["to_look_at"], sum(bool(row["look_at"]) for row in rows.values()), "how many to look at")
    check.equal((shown["provider"], shown["enforcement"]), (rig.idp.issuer, "off"), "the org")
    time.sleep(2)  # so that everybody has been idle for a second
    idle = {row["email"]: row["look_at"] for row in host.listed("review", ORG, "--idle", "1s")["people"]}
    check.contains(",".join(idle[person]), r"^idle \d+d$", "idle for a second")
    check.contains(",".join(idle[ends]), r"never signed in in \d+d", "not once in a second")
    said = host.ssoctl("review", ORG)
    check.contains(said.err, f"digest {shown['digest']}\n", "what is said below the table")
    check.contains(said.err, "nobody has signed it off yet", "what is said of signing off")
    lines = [json.loads(line) for line in host.ssoctl("review", ORG, "--jsonl").out.splitlines()]
    check.equal(lines, shown["people"], "a line each")


def W5_the_owner_signs_off_what_was_shown_and_nothing_else(rig):
    _made(rig)
    owner = orgs.owner(ORG)
    seen = json.loads(_as(rig, ADMIN, "review", ORG, "--json").out)
    check.equal(seen["digest"], _shown()["digest"], "what an admin is shown")
    refused = _as(rig, ADMIN, "review", ORG, "--sign-off", seen["digest"])
    check.equal(refused.status, 3, f"an admin signs off: {refused.text}")
    check.contains(refused.err, "POLICY W5", "what an admin is told")
    check.equal(_as(rig, orgs.owner(rig.orgs.bare("lookers")), "review", ORG).status, 3, "another org's owner looks")
    person = _add(rig)
    refused = _as(rig, owner, "review", ORG, "--sign-off", seen["digest"])
    check.equal(refused.status, 3, f"an old digest: {refused.text}")
    check.contains(refused.err, "is not the digest of who is in it now", "what is said of an old digest")
    seen = _shown()
    check.equal(seen["signed_off_at"], None, "signed off, after refusals")
    dry = _as(rig, owner, "review", ORG, "--sign-off", seen["digest"], "--dry-run", "--json")
    check.equal((json.loads(dry.out)["dry_run"], _shown()["signed_off_at"]), (True, None), "a dry run")
    signed = _as(rig, owner, "review", ORG, "--sign-off", seen["digest"], *REASON, "--json")
    check.equal(signed.status, 0, f"the owner signs off: {signed.text}")
    check.equal(json.loads(signed.out)["digest"], seen["digest"], "what was signed off")
    after = _shown()
    check.equal((after["signed_off_by"], after["unchanged_since"], after["digest"]), (owner, True, seen["digest"]), "by whom")
    event = [event for event in host.listed("audit", ORG) if event["event"] == "org.review"]
    check.equal([(row["actor"], row["at"]) for row in event], [(owner, after["signed_off_at"])], "who and when, in the audit trail")
    check.contains(event[0]["detail"], rf"digest {seen['digest']}: \d+ members, 1 admins, \d+ to look at: {REASON[1]}", "the event")
    host.ssoctl("member", "suspend", ORG, person)
    check.equal(_shown()["unchanged_since"], False, "after a change")
    check.contains(host.ssoctl("review", ORG).err, rf"signed off last at \S+ by {owner}; changed since", "what is said then")


def a_sign_in_leaves_the_digest_as_it_is(rig):
    _made(rig)
    person = _add(rig)
    rig.secrets.add(PASSWORD)
    host.set_password(person, PASSWORD)
    before = _shown()
    _, text = login.by_password(rig, person, PASSWORD)
    check.that(login.signed_in(text), f"not let in: {check.shown(text)}")
    check.equal(_shown()["digest"], before["digest"], "the digest after a sign-in")
    host.ssoctl("review", ORG, "--sign-off", before["digest"])


def K9_who_is_gone_and_who_is_idle_is_to_be_looked_at(rig):
    there = asking.of(rig, "lookgone", "lookgone.test")
    (gone, _), (stays, _) = there.person(), there.person()
    there.idp.forget(gone)
    host.ssoctl("account", "recheck", gone, "--rate", "6000", wants=None)
    now = host.listed("review", there.org)
    reasons = {row["email"]: row["look_at"] for row in now["people"]}
    check.equal((reasons[gone], reasons[stays]), (["refused by the provider"], None), "whom to look at now")
    after = _later(rig, 100 * DAY_S, there.org, "--json")
    reasons = {row["email"]: row["look_at"] for row in json.loads(after.out)["people"]}
    check.equal((reasons[gone], reasons[stays]), (["gone", "idle 100d"], ["idle 100d"]), "whom to look at in 100 days")
    check.equal(json.loads(after.out)["digest"], now["digest"], "the digest, of which nothing was changed")
    check.equal(_later(rig, 100 * DAY_S, there.org, "--sign-off", now["digest"], "--dry-run").status, 0, "signed off by it")
    host.ssoctl("member", "suspend", there.org, gone)
    check.equal(_later(rig, 100 * DAY_S, there.org, "--sign-off", now["digest"], "--dry-run").status, 3, "after a change")


def what_is_not_legal_is_said(rig):
    _made(rig)
    for words, said in ((("--idle", "long"), "is not a duration"), (REASON, "for --sign-off"), (("--dry-run",), "for --sign-off")):
        check.contains(host.ssoctl("review", ORG, *words, wants=2).err, said, " ".join(words))
    check.contains(host.ssoctl("review", "no-such-org", wants=4).err, "no-such-org", "of an org that is not there")


def _later(rig, seconds, *words):
    return ahead.run(rig, seconds, "ssoctl", "review", *words)


def _shown():
    return host.listed("review", ORG)


def _as(rig, who, *words):
    """ssoctl through sudo by somebody whose session opened the org."""
    row = host.listed("org", "show", ORG)
    return delegates.world(rig).run_as(who, [row["gid"], row["admins_gid"]], "sudo", "-n", "ssoctl", *words)


def _add(rig):
    person = rig.person(DOMAIN)
    host.ssoctl("member", "add", ORG, person)
    return person


def _made(rig):
    rig.orgs._once(ORG, lambda: _make(rig))


def _make(rig):
    rig.orgs.create(ORG, DOMAIN, "invite-only")
    host.ssoctl("member", "add", ORG, ADMIN, "--role", "admin")
    return ORG
