"""Groups as a gate (POLICY S16): who is in none of the org's required groups at the provider does not come in by it."""
import contextlib
import json

import attacks
import check
import host
import login
import orgs

REFUSED = "has not given you access to this host - ask them to"
ALL_FORMS = ["Staff, all", " lead", "J\u00f6rg's team", "none", "back\\slash"]


def S16_a_newcomer_comes_in_by_a_required_group_alone_and_leaves_nothing_otherwise(rig):
    org, person, stranger = rig.orgs.gated(), rig.person("gated.test"), rig.person("gated.test")
    with _gate(org, "staff"):
        rig.idp.say_groups(stranger, ["others", "Staff", "staff "])
        log = rig.log()
        login.is_refused(rig, stranger, words=REFUSED)
        check.contains(log.text(), r"row=S16 reason=not-in-group", "the log")
        check.equal(host.ssoctl("account", "show", stranger, wants=4).out, "", "an account")
        check.that(host.in_passwd(stranger) is None or not _home(stranger), "a home was made")
        event = [e for e in host.listed("audit", org) if e["login"] == stranger][-1]
        check.equal((event["event"], event["row"]), ("sign-in.refused", "S16"), "the audit")
        rig.idp.say_groups(person, ["others", "staff"])
        login.signs_in(rig, person)
        check.equal(host.members(org)[person]["source"], "sso", "how the newcomer came")


def S16_who_is_taken_out_between_two_sign_ins_is_refused_and_stays_a_member(rig):
    org, person = rig.orgs.gated(), rig.person("gated.test")
    with _gate(org, "staff,ops"):
        for groups in (["ops"], "staff", ["staff", "ops"]):
            rig.idp.say_groups(person, groups)
            login.signs_in(rig, person)
        for groups in (["others"], [], None, 7, {"staff": True}, [["staff"]], "staff,ops", ["STAFF"]):
            rig.idp.say_groups(person, groups)
            login.is_refused(rig, person, words=REFUSED)
        check.equal(host.members(org)[person]["status"], "active", "the membership")
        rig.idp.say_groups(person, {"ops": {}})  # as some providers say roles
        login.signs_in(rig, person)
    login.signs_in(rig, person)


def S16_groups_are_asked_for_where_none_is_mapped_and_userinfo_alone_has_them(rig):
    org, person = rig.orgs.userinfo(), rig.person("info.test")
    host.connect(org, "--groups-claim", "teams")
    rig.idp.say_groups(person, ["staff"])
    try:
        with _gate(org, "staff"):
            login.is_refused(rig, person, words=REFUSED)  # nobody says what teams there are
            host.connect(org, "--groups-claim", "groups")
            login.signs_in(rig, person)
    finally:
        host.connect(org, "--groups-claim", "groups")


def S16_too_many_groups_are_said_as_what_they_are(rig):
    org, person = rig.orgs.gated(), rig.person("gated.test")
    many = [f"g{i}" for i in range(200)]
    with _gate(org, "staff"):
        rig.idp.say_groups(person, [*many, "staff"])
        login.is_refused(rig, person, words="in more groups than your organization's sign-in says")
        tested = _tested(rig, org, person, 3)
        check.contains(tested, r"gate\W+unknown", "idp test")
        check.contains(tested, "let the provider say only", "idp test")
        rig.idp.say_groups(person, ["staff", *many])
        login.signs_in(rig, person)


def S16_names_with_commas_blanks_and_letters_of_any_script_are_compared_byte_for_byte(rig):
    org, person = rig.orgs.gated(), rig.person("gated.test")
    typed = r"Staff\, all,\ lead,Jörg's team,\none,back\\slash"
    with _gate(org, typed):
        check.equal(host.listed("org", "show", org)["required_groups"], ALL_FORMS, "what org show says")
        for group in ALL_FORMS:
            rig.idp.say_groups(person, [group])
            login.signs_in(rig, person)
        for group in ("Staff", "all", "lead", "Jo\u0308rg's team", "back"):
            rig.idp.say_groups(person, [group])
            login.is_refused(rig, person, words=REFUSED)
        check.equal(_set(org, json.dumps(ALL_FORMS))["changed"], False, "the same as JSON")


def H17_an_empty_list_never_means_everybody(rig):
    org, person = rig.orgs.gated(), rig.person("gated.test")
    rig.idp.say_groups(person, ["others"])
    with _gate(org, "staff"):
        for value in ("", ",", "staff,", " ", "[]", '[""]', "staff, ops", "none,staff", "[staff]", '["staff",7]', "a\\"):
            host.ssoctl("org", "set", org, f"required-groups={value}", wants=2)
        check.equal(host.listed("org", "show", org)["required_groups"], ["staff"], "the gate")
        document = {"format": 1, "orgs": [{"slug": org, "settings": {"required-groups": []}}]}
        host.ssoctl("apply", "-", "--yes", stdin=json.dumps(document), wants=2)
        login.is_refused(rig, person, words=REFUSED)
    check.equal(host.listed("org", "show", org)["required_groups"], None, "no gate")


def S16_a_dump_applied_is_the_same_gate(rig):
    org = rig.orgs.gated()
    with _gate(org, r"Staff\, all,ops"):
        dumped, = [o for o in json.loads(host.ssoctl("dump").out)["orgs"] if o["slug"] == org]
        check.equal(dumped["settings"]["required-groups"], ["Staff, all", "ops"], "the dump")
        _set(org, "none")
        settings = {"required-groups": dumped["settings"]["required-groups"]}
        host.ssoctl("apply", "-", "--yes", stdin=json.dumps({"format": 1, "orgs": [{"slug": org, "settings": settings}]}))
        check.equal(host.listed("org", "show", org)["required_groups"], ["Staff, all", "ops"], "what was applied")
        settings["required-groups"] = "none"  # as the dump of an org without a gate has it
        host.ssoctl("apply", "-", "--yes", stdin=json.dumps({"format": 1, "orgs": [{"slug": org, "settings": settings}]}))
        check.equal(host.listed("org", "show", org)["required_groups"], None, "what was taken away")


def S16_the_owner_is_refused_by_the_connection_and_not_by_the_password(rig):
    org, person = rig.orgs.gated(), rig.person("gated.test")
    host.ssoctl("identity", "link", orgs.owner(org), "--org", org, "--subject", _subject(person))
    try:
        with _gate(org, "staff"):
            rig.idp.say_groups(person, ["others"])
            text = attacks.through(rig, orgs.owner(org), person=person)
            check.that(not login.signed_in(text), f"the owner got in: {check.shown(text)}")
            check.contains(text, REFUSED, "what the owner is told")
            _, text = login.by_password(rig, orgs.owner(org), orgs.OWNER_PASSWORD)
            check.that(login.signed_in(text), f"the owner's password: {check.shown(text)}")
            rig.idp.say_groups(person, ["staff"])
            check.that(login.signed_in(attacks.through(rig, orgs.owner(org), person=person)), "the owner in the group")
    finally:
        host.ssoctl("identity", "unlink", orgs.owner(org), "--org", org)


def S16_idp_test_says_which_gate_was_passed_or_failed_and_by_what(rig):
    org, person = rig.orgs.gated(), rig.person("gated.test")
    with _gate(org, "staff,ops team"):
        rig.idp.say_groups(person, ["others", "ops team"])
        said = json.loads(_answer(_tested(rig, org, person, 0, "--json")))
        check.equal([said[key] for key in ("groups", "required_groups", "gate", "passed_by", "row")],
                    ["others, ops team", ["staff", "ops team"], "passed", "ops team", "S11"], "idp test")
        rig.idp.say_groups(person, ["others"])
        said = json.loads(_answer(_tested(rig, org, person, 3, "--json")))
        check.equal([said[key] for key in ("groups", "gate", "passed_by", "row")], ["others", "failed", None, "S16"], "idp test")
        rig.idp.say_groups(person, None)
        check.contains(_tested(rig, org, person, 3), 'has the claim "groups".*--groups-claim', "the mend")
        check.equal(host.ssoctl("account", "show", person, wants=4).out, "", "what a test leaves")
    said = json.loads(_answer(_tested(rig, org, person, 0, "--json")))
    check.equal([said["gate"], said["required_groups"], said["groups"]], [None, None, None], "idp test without a gate")


def E3_required_groups_wait_while_the_org_enforces(rig):
    org, person = rig.orgs.gated(), rig.person("gated.test")
    rig.idp.say_groups(person, ["others"])
    rig.orgs.enforce(org, person)
    try:
        check.contains(host.ssoctl("org", "set", org, "required-groups=staff").err, "waits, since the org enforces", "what is said")
        check.equal(host.listed("org", "show", org)["required_groups"], None, "the gate in effect")
        login.signs_in(rig, person)
        said = json.loads(_answer(_tested(rig, org, person, 3, "--json")))
        check.equal([said["gate"], said["row"]], ["failed", "S16"], "a test that does not meet it")
        login.signs_in(rig, person)
        rig.idp.say_groups(person, ["staff"])
        _tested(rig, org, person, 0)
        check.equal(host.listed("org", "show", org)["required_groups"], ["staff"], "the gate in effect")
        rig.idp.say_groups(person, ["others"])
        login.is_refused(rig, person, words=REFUSED)
    finally:
        host.ssoctl("enforcement", "set", org, "off", "--yes")
        _set(org, "none")
    login.signs_in(rig, person)


def W8_a_delegates_required_groups_neither_open_nor_shut_for_an_operator(rig):
    org, name, email = attacks.operator_in(rig, "opgated")
    rig.idp.say_groups(email, ["staff"])
    try:
        host.ssoctl("org", "set", org, "required-groups=staff")
        check.that(login.signed_in(login.beside_password(rig, name, email, attacks.PASSWORD)), "not linked")
        for value, groups, comes_in in (("none", ["others"], False), ("none", ["staff"], True), ("elsewhere", ["staff"], True)):
            said = attacks.as_owner(rig, org, "org", "set", org, f"required-groups={value}")
            check.equal(said.status, 0, f"the owner's own change: {said.text}")
            rig.idp.say_groups(email, groups)
            text = attacks.through(rig, name, person=email)
            check.equal(login.signed_in(text), comes_in, f"the operator in {groups} under the owner's {value}")
        check.contains(host.ssoctl("idp", "show", org).out, "required_groups by ", "what is not confirmed")
        check.equal(host.listed("idp", "show", org)["confirmed"], True, "the connection")
    finally:
        host.ssoctl("org", "set", org, "required-groups=staff")
        host.ssoctl("org", "set", org, "required-groups=none")


def W5_required_groups_are_the_owners_to_set(rig):
    org = rig.orgs.gated()
    said = attacks.as_owner(rig, org, "org", "set", org, "required-groups=staff")
    try:
        check.equal(said.status, 0, f"the owner: {said.text}")
        check.equal(host.listed("org", "show", org)["required_groups"], ["staff"], "the gate")
        details = [e["detail"] for e in host.listed("audit", org) if e["event"] == "org.set"]
        check.equal(details[-1], "required-groups=staff", "the audit")
    finally:
        _set(org, "none")


@contextlib.contextmanager
def _gate(org, groups):
    _set(org, groups)
    try:
        yield
    finally:
        _set(org, "none")


def _set(org, groups):
    return host.listed("org", "set", org, f"required-groups={groups}")


def _tested(rig, org, person, status, *options):
    terminal = login.Terminal("ssoctl", ["idp", "test", org, *options])
    rig.idp.approve(terminal.challenge(), person)
    text = terminal.end(enter=False)
    check.equal(terminal.status, status, f"the exit status of idp test: {text}")
    return text


def _answer(text):
    """The object among what a terminal shows of both streams."""
    return text[text.index("{"):text.rindex("}") + 1]


def _subject(person):
    return "s-" + person.replace("@", "-")


def _home(person):
    entry = host.in_passwd(person)
    return bool(entry) and host.pathlib.Path(entry[5]).exists()
