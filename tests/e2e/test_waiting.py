"""A changed connection that people depend on waits until a test of it has let somebody in (POLICY E3), and may be put in
effect at once."""
import json
import re

import check
import host
import login
import schemas


def E3_a_connection_that_nobody_has_signed_in_through_is_replaced_at_once(rig):
    org = rig.orgs.moving()
    said = _set(org, "--issuer", "https://localhost:1")
    check.equal((said["changed"], said["waits"]), (True, False), "what idp set says")
    _in_effect(org, "https://localhost:1")
    check.equal(_set(org, "--issuer", rig.idp.issuer)["waits"], False, "whether the way back waits")
    _in_effect(org, rig.idp.issuer)


def E3_the_old_connection_signs_in_until_a_test_of_the_new_one(rig):
    org, person, other = rig.orgs.moving(), rig.person("moving.test"), rig.conforming()
    login.signs_in(rig, person)
    said = host.ssoctl("idp", "set", org, "--issuer", other.issuer).text
    check.contains(said, "waits, since people sign in through the one in effect", "what idp set says")
    login.signs_in(rig, person)
    _waits(org, rig.idp.issuer, other.issuer)
    check.equal(_set(org, "--issuer", other.issuer), {**_set(org), "changed": False, "waits": True}, "the second time")
    terminal = login.Terminal("ssoctl", ["idp", "test", org])
    rig.idp.answer(terminal.challenge(), person, "decline")
    check.contains(terminal.end(enter=False), "declined", "a test that fails")
    _waits(org, rig.idp.issuer, other.issuer)
    terminal = login.Terminal("ssoctl", ["idp", "test", org])
    rig.idp.approve(terminal.challenge(), person)
    check.contains(terminal.end(enter=False), "would sign in", "a test that succeeds")
    _in_effect(org, other.issuer)
    login.signs_in(rig, person)
    host.connect(org, "--issuer", rig.idp.issuer)


def E3_now_replaces_at_once_with_a_warning_and_not_while_the_org_enforces(rig):
    org, person = rig.orgs.moving(), rig.person("moving.test")
    login.signs_in(rig, person)
    said = host.ssoctl("idp", "set", org, "--client-id", "none-such", "--now")
    check.contains(said.err, "people have signed in through the connection that was in effect, and nobody through this one",
                   "the warning")
    check.equal(host.listed("idp", "show", org)["client_id"], "none-such", "the client in effect")
    check.lacks(host.connect(org, "--client-id", "ssoorg").err, "stored, and", "the way back")
    _set(org, "--client-id", "none-such")
    check.equal(_set(org, "--now")["changed"], True, "what waited, at once")
    check.equal(host.listed("idp", "show", org)["client_id"], "none-such", "the client in effect")
    host.connect(org, "--client-id", "ssoorg")
    rig.orgs.enforce(org, person)
    try:
        said = host.ssoctl("idp", "set", org, "--client-id", "none-such", "--now", wants=3).err
        check.contains(said, "--now is refused while enforcement is domains", "what is said")
        check.equal(host.listed("idp", "show", org)["client_id"], "ssoorg", "the client in effect")
    finally:
        host.ssoctl("enforcement", "set", org, "off", "--yes")


def E3_what_waits_can_be_dropped_alone(rig):
    org, person = rig.orgs.moving(), rig.person("moving.test")
    login.signs_in(rig, person)
    check.contains(host.ssoctl("idp", "remove", org, "--waiting", wants=4).err, "has no connection that waits", "what is said")
    _set(org, "--client-id", "none-such", "--trust", "any")
    check.equal(host.listed("org", "show", org)["trust"], "domain", "the trust, which waits too")
    host.ssoctl("idp", "remove", org, "--waiting")
    shown = host.listed("idp", "show", org)
    check.equal((shown["client_id"], shown["waiting_client_id"]), ("ssoorg", None), "the connection")
    login.signs_in(rig, person)


def E3_what_waits_is_pending_for_apply(rig):
    org, person = rig.orgs.moving(), rig.person("moving.test")
    login.signs_in(rig, person)
    document = json.dumps({"format": 1, "orgs": [{"slug": org, "connection": {"client_id": "none-such"}}]})
    try:
        for changed in (True, False):
            result = host.ssoctl("apply", "-", "--json", "--yes", stdin=document, wants=5)
            said = json.loads(result.out)
            check.equal(schemas.problems("apply", said), [], "beside the schema")
            check.equal((said["changed"], [row["what"] for row in said["pending"]]), (changed, [f"org {org} connection"]),
                        "what came of it")
            check.equal(host.listed("idp", "show", org)["client_id"], "ssoorg", "the client in effect")
    finally:
        host.ssoctl("idp", "remove", org, "--waiting")
    dumped = next(one for one in json.loads(host.ssoctl("dump").out)["orgs"] if one["slug"] == org)
    check.equal(dumped["connection"]["client_id"], "ssoorg", "what is dumped")


def _set(org, *words):
    return json.loads(host.ssoctl("idp", "set", org, *words, "--json").out)


def _in_effect(org, issuer):
    shown = host.listed("idp", "show", org)
    check.equal((shown["issuer"], shown["waiting_issuer"]), (issuer, None), "what is in effect, and waits")
    check.lacks(host.ssoctl("check", "--offline", wants=None).out, f"{org}: a changed connection", "check")


def _waits(org, issuer, other):
    shown = host.listed("idp", "show", org)
    check.equal((shown["issuer"], shown["waiting_issuer"]), (issuer, other), "what is in effect, and waits")
    check.contains(host.ssoctl("idp", "show", org).err, "waits until a test of it succeeds", "idp show")
    check.equal(host.listed("status")["waiting_connections"], 1, "status")
    check.contains(host.ssoctl("status", "--prometheus", "-").out, rf'ssoorg_connection_waits{{org="{org}"}} 1\n', "the metric")
    check.contains(host.ssoctl("check", "--offline", wants=None).out,
                   rf"{org}: a changed connection to {re.escape(other)} waits", "check")
