"""What the audit trail tells an org's owner and admins of accounts that their org does not have (POLICY W2)."""
import json

import attacks
import check
import host
import login
import orgs

ORG, DOMAIN = "tells", "tells.test"
ELSEWHERE = "127.0.0.3"  # where nobody of this org signs in from
COLUMNS = ("actor", "event", "org", "login", "rhost", "service", "row", "detail")


def W2_the_audit_trail_is_the_same_for_who_is_elsewhere_and_for_nobody(rig):
    """All that a delegate can do about an address, each time for one that has an account and for one that has none."""
    _tells(rig)
    elsewhere, nobody = rig.person("gamma.test"), rig.person("gamma.test")
    rig.orgs.gamma()
    login.signs_in(rig, elsewhere)
    shown = {}
    for name in (elsewhere, nobody):
        new, known = rig.person(DOMAIN), rig.person(DOMAIN)
        host.ssoctl("member", "add", ORG, known)
        before = len(_seen(rig))
        for words in (("invite", "create", ORG, name), ("invite", "create", ORG, name, "--role", "admin"),
                      ("invite", "cancel", ORG, name), ("member", "add", ORG, name), ("member", "suspend", ORG, name),
                      ("identity", "link", known, "--org", ORG, "--idp-email", name),
                      ("identity", "unlink", known, "--org", ORG)):
            attacks.as_owner(rig, ORG, *words)
        for target in (new, known):  # the org's own provider says that this is who has come
            login.is_refused(rig, target, name, words="somebody else")
        shown[name] = [[text.replace(name, "X").replace(new, "NEW").replace(known, "KNOWN") for text in event]
                       for event in _seen(rig)[before:]]
    check.that(len(shown[nobody]) > 5, f"events: {shown[nobody]}")
    check.equal(shown[elsewhere], shown[nobody], "what is shown of who is elsewhere")


def W2_no_column_of_the_audit_trail_shows_another_orgs_events(rig):
    _tells(rig)
    gamma = rig.orgs.gamma()
    theirs, both = rig.person("gamma.test"), rig.person("gamma.test")
    for person in (theirs, both):
        login.signs_in(rig, person, options=["-b", ELSEWHERE])
    attacks.as_owner(rig, ORG, "invite", "create", ORG, both)
    _joins(rig, both)
    rows = _seen(rig)
    check.that(any(both in event for event in rows), f"who has joined is not in the trail: {rows}")
    for person in (theirs, both):
        _happens_at(rig, gamma, person)
    host.ssoctl("account", "rename", theirs, "renamed-elsewhere", "--yes")
    for words in (("--since", "2d"), ()):
        text = attacks.as_owner(rig, ORG, "audit", ORG, *words).text
        check.lacks(text, rf"{theirs}|renamed-elsewhere|{gamma}\b(?!\.test)|{ELSEWHERE}|s-there|{orgs.owner(gamma)}",
                    "what the owner is shown")
    check.equal(_seen(rig), rows, "what the owner is shown after what happened elsewhere")
    check.equal(_seen(rig, "admin-tells@example.org"), rows, "what an admin is shown")
    check.equal(attacks.as_owner(rig, ORG, "audit", gamma).status, 3, "the other org's trail")


def W2_the_trail_of_an_earlier_org_of_that_name_is_not_the_new_ones(rig):
    _tells(rig)
    org, earlier = "tells-again", "earlier@somewhere.example"
    for owner in ("first@tells-again.example", orgs.owner(org)):
        host.ssoctl("org", "create", org, "--name", "Again", "--owner", owner)
        if owner != orgs.owner(org):
            host.ssoctl("member", "add", org, earlier)
            host.ssoctl("org", "delete", org, "--yes")
    said = attacks.as_owner(rig, org, "audit", org)
    check.contains(said.out, orgs.owner(org), "the org's own making")
    check.lacks(said.out, "earlier@|first@|org.delete", "what was before it")
    check.contains(host.ssoctl("audit", org).out, "earlier@", "what an operator is shown")
    host.ssoctl("org", "delete", org, "--yes")
    host.ssoctl("org", "rename", ORG, org, "--yes")
    try:
        said = attacks.world(rig).run_as(orgs.owner(ORG), _groups(org), "sudo", "-n", "ssoctl", "audit", org)
        check.contains(said.out, f"from {ORG} to {org}", "how the org has come to the name")
        check.lacks(said.out, f"earlier@|first@|org.delete|{orgs.owner(org)}", "what was before that")
    finally:
        host.ssoctl("org", "rename", org, ORG, "--yes")


def the_audit_trail_tells_an_owner_nothing_of_accounts_elsewhere(rig):
    org = rig.orgs.gamma()
    person, other, nobody = (rig.person("gamma.test") for _ in range(3))
    for each in (person, other):
        login.signs_in(rig, each)
    for approver in (other, nobody):
        login.is_refused(rig, person, approver, words="somebody else")
    rows = {e["row"] for e in json.loads(attacks.as_owner(rig, org, "audit", org, "--json").out)
            if e["login"] == person and e["event"] == "sign-in.refused"}
    check.equal(rows, {"S2/S9/S13"}, "the rows that the org's owner is shown")
    rows = {e["row"] for e in host.listed("audit", org) if e["login"] == person and e["event"] == "sign-in.refused"}
    check.equal(rows, {"S2", "S9"}, "the rows that an operator is shown")


def the_audit_trail_is_verified_and_its_head_is_kept_in_the_log(rig):
    _tells(rig)
    log = rig.log()
    said = json.loads(host.ssoctl("audit", "verify", "--log", "--json").out)
    check.equal((said["broken"], said["unchained"]), (0, 0), "what is broken, and what is not chained")
    check.that(said["events"] > 1 and said["head"].startswith(f"{said['last']}:"), f"the answer: {said}")
    check.soon(lambda: f"audit: head {said['head']} of {said['events']} events" in log.text(), "the head is not in the log")
    host.ssoctl("member", "add", ORG, rig.person(DOMAIN))
    later = json.loads(host.ssoctl("audit", "verify", "--head", said["head"], "--json").out)
    check.that(later["events"] > said["events"] and later["head"] != said["head"], f"later: {later}")
    number, digest = said["head"].split(":")
    other = ("0" if digest[0] != "0" else "1") + digest[1:]
    for head, words in ((f"{number}:{other}", f"event {number} is not the one that the log has"),
                        (f"{2 ** 40}:{digest}", f"event {2 ** 40}, which the log has, was taken away")):
        check.contains(host.ssoctl("audit", "verify", "--head", head, wants=1).err, words, head)
    for head in (number, f"{number}:", f"{number}:{digest}0", f"-1:{digest}", f"{number}:{digest.upper()[:-1]}G", f":{digest}"):
        check.contains(host.ssoctl("audit", "verify", f"--head={head}", wants=2).err, "is not NUMBER:HASH", head)


def _tells(rig):
    if not hasattr(rig, "tells"):
        rig.tells = rig.orgs.create(ORG, DOMAIN, "invite-only")
        host.ssoctl("member", "add", ORG, "admin-tells@example.org", "--role", "admin")


def _seen(rig, who=None):
    """The events that a delegate is shown, without their times."""
    words = ("sudo", "-n", "ssoctl", "audit", ORG, "--json")
    said = attacks.world(rig).run_as(who or orgs.owner(ORG), _groups(ORG), *words)
    check.equal(said.status, 0, f"ssoctl audit: {said.text}")
    return [[str(event[column]) for column in COLUMNS] for event in json.loads(said.out)]


def _groups(org):
    row = host.listed("org", "show", org)
    return [row["gid"], row["admins_gid"]]


def _joins(rig, person):
    terminal = login.Ssh(rig, person, options=["-b", "127.0.0.2"])
    rig.idp.approve(terminal.challenge(), person)
    terminal.enter_until(r"invites you[^\n]*: ")
    terminal.send("y")
    if terminal.until("END", r"Active org \[\w+\]: ") == 1:
        terminal.send()
        terminal.until("END")
    terminal.close()
    check.that(person in host.members(ORG), f"{person} did not join: {check.shown(terminal.text)}")


def _happens_at(rig, org, person):
    """What another org's owner and an operator do with somebody, and what they do themselves."""
    attacks.as_owner(rig, org, "member", "role", org, person, "admin")
    attacks.as_owner(rig, org, "member", "suspend", org, person)
    attacks.as_owner(rig, org, "member", "resume", org, person)
    attacks.as_owner(rig, org, "identity", "unlink", person, "--org", org)
    host.ssoctl("identity", "link", person, "--org", org, "--subject", "s-there")
    host.ssoctl("identity", "unlink", person, "--org", org)
    login.is_refused(rig, person, rig.person("gamma.test"), options=["-b", ELSEWHERE])
