"""What every change prints under --json, beside the schema; and that what is so already is exit 0."""
import json
import re
import shutil

import check
import host
import processes
import schemas

STORE = ("--store", "/run/results-store")
ORG = "results"
OWNER = "boss@results.example"
PERSON = "person@results.example"
PASSWORD = "results-Horse-battery-6-staple"
# What takes a person's own session, or an org that enforces: below, and where linking is tried.
ELSEWHERE = {"identity add", "shell", "switch", "enforcement pause", "request", "request add", "request approve", "request deny"}
# In test_wiring.py, test_backup.py, test_leaving.py and test_apply.py.
ELSEWHERE |= {"offboard", "eject", "host enable", "host disable", "host confirm", "host revert", "restore", "apply"}
# In ../fleet/test_commands.py, with an engine.
ELSEWHERE |= {f"fleet {verb}" for verb in ("init", "add", "set", "remove", "join", "leave")}


def _changes():
    """Each command that changes something, by the table: it has --dry-run."""
    for line in host.ssoctl("--help").out.splitlines():
        found = re.match(r"  ssoctl ([a-z-]+(?: [a-z]+(?=\s))?)", line)
        if found:
            text = host.ssoctl("help", *found.group(1).split()).out
            if re.search(r"^  --dry-run$", text, re.M):
                yield found.group(1), text


def O19_every_change_has_json_and_its_result_in_the_schema(rig):
    changes = dict(_changes())
    check.that(len(changes) > 35, f"only {len(changes)} changes found")
    check.equal(sorted(changes), sorted(schemas.commands()), "the commands of the schema")
    for name, text in changes.items():
        check.contains(text, r"\n  --json\n", f"help of {name}")


def _script(rig):
    """Every change once, in an order in which each has something to do."""
    client = ("--issuer", rig.idp.issuer, "--client-id", "ssoorg", "--ca-file", rig.ca, "--auth", "none")
    csv = rig.folder / "results.csv"
    csv.write_text("email,role\nrow@results.example,viewer\nbad,\n")
    yield "init",
    yield "org create", ORG, "--name", "Results", "--owner", OWNER
    yield "org set", ORG, "invite-lifetime=3d", "help=Ask"
    yield "provisioning set", ORG, "jit"
    yield "enforcement set", ORG, "off"
    yield "idp set", ORG, *client
    yield "idp confirm", ORG, _fingerprint
    yield "social add", "resultsocial", *client
    yield "social set", "resultsocial", "--name", "Results"
    yield "domain add", ORG, "results.test"
    yield "domain verify", ORG, "results.test", "--by-hand", "made for a test run"
    yield "group map", ORG, "results-devs", "dev"
    yield "group unmap", ORG, "results-devs"
    yield "invite create", ORG, "guest@results.example"
    yield "invite cancel", ORG, "guest@results.example"
    yield "member add", ORG, PERSON, "--login", "resultsman"
    yield "member import", ORG, csv, "--keep-going"
    yield "member role", ORG, "resultsman", "admin"
    yield "member suspend", ORG, PERSON, "--end-sessions"
    yield "member resume", ORG, PERSON
    yield "member expire",
    yield "account recheck", ORG
    yield "review", ORG, "--sign-off", _digest
    yield "identity link", PERSON, "--org", ORG, "--subject", "results-subject"
    yield "identity unlink", PERSON, "--org", ORG
    yield "identity link", PERSON, "--org", ORG, "--idp-email", "other@results.example"
    yield "social unlink", "resultsocial", PERSON
    yield "password set", OWNER, "--stdin"
    yield "password set", PERSON, "--stdin"
    yield "password remove", PERSON
    yield "recovery create", ORG
    yield "recovery revoke", ORG
    yield "account lock", "resultsman"
    yield "account unlock", "resultsman"
    yield "account set", "resultsman", "email=proven", "--reason", "known"
    yield "account set", "resultsman", "shell=/bin/sh", "name=Results Man"
    yield "account rename", "resultsman", "resultsman2"
    yield "throttle clear", "resultsman2"
    yield "member remove", ORG, PERSON
    yield "account remove", "resultsman2"
    yield "account retire", "row@results.example"
    yield "member add", ORG, "next@results.example"
    yield "org transfer", ORG, "next@results.example"
    yield "domain remove", ORG, "results.test"
    yield "idp remove", ORG
    yield "social remove", "resultsocial"
    yield "mail set", "--server", "smtps://mail.results.example", "--from", "host@results.example"
    yield "mail remove",
    yield "org rename", ORG, "results-two"
    yield "org delete", "results-two"
    yield "upgrade",


def _fingerprint():
    return host.listed("idp", "show", ORG, *STORE)["fingerprint"]


def _digest():
    return host.listed("review", ORG, *STORE)["digest"]


def _result(words, *more, wants=0, stdin=PASSWORD + "\n"):
    """What a change printed, which must be one object that the schema allows."""
    typed = [word() if callable(word) else str(word) for word in words]
    result = host.ssoctl(*typed[0].split(), *typed[1:], "--json", "--yes", *more, stdin=stdin, wants=wants)
    return _checked(words[0], result)


def _checked(name, result):
    try:
        value = json.loads(result.out)
    except ValueError as error:
        raise check.Failed(f"{name}: {error}: {check.shown(result.text)}")
    check.equal(schemas.problems(name, value), [], f"problems of what {name} prints: {result.out}")
    check.that(PASSWORD not in result.text, f"{name} shows a password")
    return value


def O19_every_change_prints_one_object_that_the_schema_allows(rig):
    rig.secrets.add(PASSWORD)
    shutil.rmtree(STORE[1], ignore_errors=True)
    seen = set()
    for words in _script(rig):
        wants = 1 if words[0] == "member import" else 0
        tried = _result(words, *STORE, "--dry-run", wants=wants) if words[0] != "init" else {"changed": True}
        value = _result(words, *STORE, wants=wants)
        check.that(words[0] == "init" or tried.get("dry_run") is True, f"{words}: dry run prints {tried}")
        check.that("dry_run" not in value, f"{words} prints {value}")
        check.equal(tried["changed"], value["changed"], f"whether {words} changes something, tried and done")
        seen.add(words[0])
    check.equal(sorted(seen | ELSEWHERE), sorted(schemas.commands()), "the changes that were made")
    shutil.rmtree(STORE[1])


def O19_a_result_says_what_scripts_go_on_with(rig):
    org, person = rig.orgs.bare("feel"), "result@feel.example"
    added = _result(("member add", org, person, "--role", "admin"))
    row = host.members(org)[person]
    check.equal(added, {"changed": True, "org": org, "email": person, "login": person, "uid": row["uid"], "role": "admin"},
                "who was added")
    check.equal(_result(("member role", org, person, "viewer"))["values"], [{"key": "role", "old": "admin", "new": "viewer"}],
                "the role before and now")
    check.equal(_result(("member suspend", org, str(row["uid"])))["email"], person, "who was suspended")
    host.ssoctl("org", "set", org, "invite-lifetime=7d")
    check.equal(_result(("org set", org, "invite-lifetime=3d", "provisioning=invite-only"))["values"],
                [{"key": "invite-lifetime", "old": "604800", "new": "259200"}], "the settings before and now")
    again = _result(("org set", org, "invite-lifetime=3d"))
    check.equal((again["changed"], again["values"]), (False, []), "what is so already")
    invite = _result(("invite create", org, "guest@feel.example"))
    check.that(len(invite["code"]) > 10 and invite["expires_at"], f"the invite {invite}")
    check.equal(_result(("invite create", org, "other@feel.example"), "--dry-run")["code"], None, "a code that is not stored")
    check.that(_result(("domain add", org, "feel.test"))["value"].startswith("ssoorg-verify="), "the record of a domain")
    host.ssoctl("domain", "remove", org, "feel.test", "--yes")
    host.ssoctl("invite", "cancel", org, "guest@feel.example")
    host.ssoctl("org", "set", org, "invite-lifetime=7d")
    host.ssoctl("account", "remove", person, "--yes")


def O19_a_pause_and_a_choice_of_an_org_have_their_results_too(rig):
    paused = _result(("enforcement pause", rig.orgs.acme(), "--for", "60s", "--reason", "tried"), "--dry-run")
    check.equal((paused["org"], paused["pause_reason"]), ("acme", "tried"), "what was paused")
    org, person = rig.orgs.bare("feel"), "chooser@feel.example"
    uid = str(_result(("member add", org, person))["uid"])
    gid = str(host.listed("org", "show", org)["gid"])
    chosen = processes.run("setpriv", "--reuid", uid, "--regid", uid, "--groups", gid, "--", "ssoctl", "switch", org,
                           "--json", "--dry-run")
    check.equal(_checked("switch", chosen), {"changed": True, "dry_run": True, "org": org, "open": True}, "what was chosen")
    host.ssoctl("account", "remove", person, "--yes")


def a_maker_is_exit_0_where_it_is_so_already_and_an_error_where_it_is_not(rig):
    rig.secrets.add(PASSWORD)
    shutil.rmtree(STORE[1], ignore_errors=True)
    client = ("--issuer", rig.idp.issuer, "--client-id", "ssoorg", "--ca-file", rig.ca, "--auth", "none")
    makers = (
        (("init",), None),
        (("org create", ORG, "--name", "Results", "--owner", OWNER), ("org create", ORG, "--name", "Other", "--owner", OWNER)),
        (("org create", ORG, "--name", "Results", "--owner", OWNER),
         ("org create", ORG, "--name", "Results", "--owner", PERSON)),
        (("domain add", ORG, "results.test"), None),
        (("domain verify", ORG, "results.test", "--by-hand", "made for a test run"), None),
        (("member add", ORG, PERSON, "--login", "resultsman", "--name", "P"), ("member add", ORG, PERSON, "--role", "admin")),
        (("member add", ORG, PERSON, "--login", "resultsman", "--name", "P"), ("member add", ORG, PERSON, "--name", "Q")),
        (("member add", ORG, PERSON), ("member add", ORG, PERSON, "--login", "other")),
        (("member add", ORG, PERSON), ("member add", ORG, PERSON, "--shell", "/bin/sh")),
        (("idp set", ORG, *client), None),
        (("group map", ORG, "devs", "dev"), ("group map", ORG, "devs", "ops")),
        (("social add", "resultsocial", *client), ("social add", "resultsocial", *client, "--scopes", "openid email")),
        (("social add", "resultsocial", *client), ("social add", "resultsocial", *client, "--name", "Other")),
        (("mail set", "--server", "smtps://mail.results.example", "--from", "host@results.example"), None),
        (("identity link", PERSON, "--org", ORG, "--subject", "results-subject"),
         ("identity link", PERSON, "--org", ORG, "--subject", "other")),
    )
    for so, other in makers:
        _result(so, *STORE)
        events = host.listed("audit", *STORE)
        again = _result(so, *STORE)
        check.equal(again["changed"], False, f"whether {so} changes something the second time")
        check.equal(host.listed("audit", *STORE), events, f"the audit trail after {so} a second time")
        if other:
            result = host.ssoctl(*other[0].split(), *map(str, other[1:]), *STORE, "--json", wants=None)
            check.that(result.status in (1, 3), f"{other}: exit {result.status}")
            check.contains(result.err, "already|another|is not|has the login", f"what {other} is answered with")
            check.equal(result.out, "", f"what {other} prints")
    shutil.rmtree(STORE[1])


def idp_set_says_what_was_and_what_is_and_puts_nothing_into_effect_that_is(rig):
    org, secret = rig.orgs.bare("feel"), rig.folder / "feel.secret"
    secret.touch(mode=0o600)
    for word in ("feel-first-secret", "feel-second-secret"):
        rig.secrets.add(word)
    client = ("--issuer", rig.idp.issuer, "--client-id", "ssoorg", "--ca-file", rig.ca, "--auth", "client_secret_post",
              "--client-secret-file", secret)
    secret.write_text("feel-first-secret\n")
    made = _result(("idp set", org, *client))["values"]
    check.that({"key": "client_secret", "old": None, "new": "set"} in made, f"the values of a new one: {made}")
    check.that({"key": "issuer", "old": None, "new": rig.idp.issuer} in made, f"the values of a new one: {made}")
    before = host.listed("idp", "show", org)
    again = _result(("idp set", org, *client, "--trust", "domain"))
    check.equal((again["changed"], again["values"]), (False, []), "what is so already")
    check.equal(host.listed("idp", "show", org), before, "what is stored of it")
    secret.write_text("feel-second-secret\n")
    other = _result(("idp set", org, *client))
    check.equal(other["values"], [{"key": "client_secret", "old": "set", "new": "set anew"}], "another secret")
    scopes = _result(("idp set", org, "--scopes", "openid email", "--trust", "linked"))
    check.equal(scopes["values"], [{"key": "scopes", "old": "openid email profile", "new": "openid email"},
                                   {"key": "trust", "old": "domain", "new": "linked"}], "two values")
    host.ssoctl("idp", "remove", org, "--yes")
    host.ssoctl("org", "set", org, "trust=domain")
