"""Groups at the provider: what is mapped gives a group on this host, and nothing else does."""
import contextlib
import json

import attacks
import check
import host
import login
import processes


def N6_a_mapped_group_is_there_at_the_first_sign_in_and_gone_at_the_next(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    with _mapped(org, "Developers", "dev"):
        rig.idp.say_groups(person, ["Developers", "others"])
        check.contains(login.signs_in(rig, person), r"groups=\S*\(gamma-dev\)", "id in the very first session")
        check.that(person in _members("gamma-dev"), "the group does not list the person")
        check.contains(processes.must("id", "-nG", person).out, r"\bgamma-dev\b", "id elsewhere")
        check.equal(host.listed("account", "show", person)["groups"], "gamma-dev", "what account show says")
        row, = [r for r in host.listed("group", "list", org) if r["provider_group"] == "Developers"]
        check.equal((row["group"], row["local"], row["members"]), ("gamma-dev", False, 1), "what group list says")
        said = processes.must("su", "-", person, "-c", "id -nG").out.split()
        check.that("gamma-dev" in said, f"su gives {said}: the org enforces nothing")
        said = login.sign_in(rig, person, command="/usr/bin/ssoctl whoami --json").text
        check.that('"org":"gamma","' in said and "gamma-dev" not in said, f"whoami takes a group for an org: {said[-300:]}")
        rig.idp.say_groups(person, "others")
        check.lacks(login.signs_in(rig, person), "gamma-dev", "id after the provider took the person out")
        check.that(person not in _members("gamma-dev"), "the group still lists the person")
        details = [e["detail"] for e in host.listed("audit", org) if e["login"] == person and e["event"] == "sign-in"]
        check.equal(details, ["sso, groups +dev", "sso", "sso, groups -dev"], "the audit trail")


def H10_H45_provider_groups_called_sudo_root_and_docker_give_nothing(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    with _mapped(org, "Developers", "dev"):
        rig.idp.say_groups(person, ["sudo", "root", "docker", "wheel", "adm", "gamma-admins", "gamma-dev", "dev",
                                    "developers", "Developers ", "Develop", "acme"])
        text = login.signs_in(rig, person)
        check.contains(text, rf"groups=\d+\({person}\),\d+\(gamma\)\r?\n", "all groups of the session")


def H52_a_claim_of_another_type_gives_nothing_and_keeps_nobody_out(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    with _mapped(org, "Developers", "dev"):
        for claim in ({"Developers": True}, 7, [["Developers"], None, {"name": "Developers"}]):
            rig.idp.say_groups(person, claim)
            check.lacks(login.signs_in(rig, person), "gamma-dev", f"id with the claim {claim!r}")
        rig.idp.say_groups(person, "Developers")
        check.contains(login.signs_in(rig, person), r"\(gamma-dev\)", "id with the claim as one string")


def N6_groups_that_only_userinfo_names_are_applied(rig):
    org, person = rig.orgs.userinfo(), rig.person("info.test")
    host.connect(org, "--groups-claim", "groups")
    with _mapped(org, "Developers", "dev"):
        rig.idp.say_groups(person, ["Developers"])
        check.contains(login.signs_in(rig, person), r"\(info-dev\)", "id")
        host.connect(org, "--groups-claim", "teams")
        check.equal(host.listed("idp", "show", org)["groups_claim"], "teams", "the claim")
        check.lacks(login.signs_in(rig, person), "info-dev", "id after another claim was named")


def H11_a_number_stays_when_the_provider_renames_and_is_never_given_again(rig):
    org = rig.orgs.gamma()
    _map(org, "Team", "eleven")
    gid = _gid("gamma-eleven")
    _map(org, "Team renamed", "eleven")
    host.ssoctl("group", "unmap", org, "Team", "--yes")
    check.equal(_gid("gamma-eleven"), gid, "the number after a rename at the provider")
    host.ssoctl("group", "unmap", org, "Team renamed", "--yes")
    check.equal(processes.run("getent", "group", "gamma-eleven").out, "", "the group without a mapping")
    check.equal(processes.run("getent", "group", gid).out, "", "the number without a mapping")
    _map(org, "Team", "eleven")
    check.that(_gid("gamma-eleven") != gid, "the number was given again")
    host.ssoctl("group", "unmap", org, "Team", "--yes")


def N3_a_local_group_that_is_made_later_wins(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    with _mapped(org, "Third", "three"):
        gid = _gid("gamma-three")
        rig.idp.say_groups(person, ["Third"])
        with host.Kept("/etc/group") as path:
            with open(path, "a") as file:
                file.write("gamma-three:x:4713:\n")
            log = rig.log()
            text = login.signs_in(rig, person)
            check.equal(_gid("gamma-three"), "4713", "whose the name is")
        check.lacks(text, rf"4713|\b{gid}\b", "id in the session")
        check.contains(log.text(), "group three of org gamma is left out", "the log")
        check.contains(login.signs_in(rig, person), rf"\b{gid}\(gamma-three\)", "id after the local group went")


def K3_groups_of_an_enforcing_org_are_the_sessions_alone(rig):
    org, person = rig.orgs.acme(), rig.person()
    with _mapped(org, "Developers", "dev"):
        rig.idp.say_groups(person, ["Developers"])
        check.contains(login.signs_in(rig, person), r"\(acme-dev\)", "id in the session")
        check.equal(_members("acme-dev"), [""], "who is listed")
        check.lacks(processes.must("id", "-nG", person).out, "acme-dev", "id elsewhere")
        said = processes.must("su", "-", person, "-c", "id -nG").out
        check.equal(said.split(), [person], "groups by su")
        host.ssoctl("member", "suspend", org, person)
        host.ssoctl("member", "resume", org, person)
        check.equal(host.listed("account", "show", person)["groups"], "", "what is left after a suspension")


def H45_N6_a_local_group_is_mapped_by_an_option_and_a_privileged_one_by_two(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    for name in ("sudo", "shadow", "root"):
        told = host.ssoctl("group", "map", org, "Chiefs", "--local-group", name, wants=3).err
        check.contains(told, f"--privileged {name}", f"what is said of {name}")
        host.ssoctl("group", "map", org, "Chiefs", "--local-group", name, "--privileged", "sudo2", wants=3)
    rig.idp.say_groups(person, ["Crew", "Chiefs"])
    with host.Kept("/etc/group") as path:
        with open(path, "a") as file:
            file.write("tools:x:4720:\n")
        host.ssoctl("group", "map", org, "Crew", "--local-group", "tools")
        host.ssoctl("group", "map", org, "Chiefs", "--local-group", "video", "--privileged", "video")
        text = login.signs_in(rig, person)
        check.contains(text, r"\(video\)", "id in the session")
        check.contains(text, r"4720\(tools\)", "id in the session")
        check.lacks(processes.must("id", "-nG", person).out, "tools|video", "id elsewhere")
        check.equal(host.listed("account", "show", person)["groups"], "video, tools", "what account show says")
        path.write_text(path.read_text().replace("tools:x:4720:", "tools:x:4721:"))
        check.lacks(login.signs_in(rig, person), r"groups=[^\r\n]*\b472[01]\b", "id after the local group got another number")
    host.ssoctl("group", "unmap", org, "Chiefs", "--yes")
    host.ssoctl("group", "unmap", org, "Crew", "--yes")


def what_group_map_is_told_wrongly_is_refused_with_what_is_legal(rig):
    org = rig.orgs.gamma()
    for words, wants in ((("admins",), 2), (("x-admins",), 2), (("Dev",), 2), (("a" * 40,), 2), ((), 2),
                         (("dev", "--local-group", "video"), 2), (("dev", "--privileged", "video"), 2),
                         (("--local-group", "no-such-group"), 4)):
        told = host.ssoctl("group", "map", org, "Whatever", *words, wants=wants)
        check.that(told.err.strip(), f"nothing is said of {words}")
    host.ssoctl("group", "map", org, "bad\nname", "dev", wants=2)
    host.ssoctl("group", "unmap", org, "Nothing", "--yes", wants=4)
    _map(org, "Asked", "asked")
    check.contains(host.ssoctl("group", "unmap", org, "Asked", wants=1).err, "--yes", "what is said without a yes")
    host.ssoctl("group", "unmap", org, "Asked", "--yes")


def a_group_that_makes_admins_does_so_at_the_first_sign_in_and_no_longer_at_the_next(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    with _admins(org, "Chiefs, all"):
        rig.idp.say_groups(person, ["Chiefs, all", "admin", "gamma-admins"])
        said = login.signs_in(rig, person)
        check.contains(said, r"\(gamma-admins\)", "id in the very first session")
        check.contains(said, "SSOORG_ROLE=admin", "the environment")
        row, = [r for r in host.listed("group", "list", org) if r["provider_group"] == "Chiefs, all"]
        check.equal((row["role"], row["group"], row["local"], row["members"]), ("admin", None, False, 1), "what group list says")
        check.equal(host.listed("account", "show", person)["groups"], "", "what account show says of groups")
        for said_next in (["admin", "gamma-admins", "chiefs, all", "Chiefs"], None):
            rig.idp.say_groups(person, said_next)
            said = login.signs_in(rig, person)
            check.contains(said, "SSOORG_ROLE=viewer", f"the environment with {said_next}")
            check.lacks(said, "gamma-admins", f"id with {said_next}")
        details = [e["detail"] for e in host.listed("audit", org) if e["login"] == person and e["event"] == "sign-in"]
        check.equal(details, ["sso, groups +role:admin", "sso, groups -role:admin", "sso"], "the audit trail")


def a_role_that_an_admin_changed_stays_whatever_the_groups_say(rig):
    org, given, taken = rig.orgs.gamma(), rig.person("gamma.test"), rig.person("gamma.test")
    with _admins(org, "Chiefs"):
        for person in (given, taken):
            rig.idp.say_groups(person, ["Chiefs"])
            login.signs_in(rig, person)
        check.equal(host.listed("member", "role", org, given, "admin")["changed"], True, "what member role says")
        check.equal(host.listed("member", "role", org, given, "admin")["changed"], False, "what it says again")
        host.ssoctl("member", "role", org, taken, "viewer")
        rig.idp.say_groups(given, [])
        check.contains(login.signs_in(rig, given), "SSOORG_ROLE=admin", "who was given it by hand")
        check.contains(login.signs_in(rig, taken), "SSOORG_ROLE=viewer", "whose was taken by hand")
    check.equal(_role(org, given), "admin", "who was given it by hand, without a mapping")


def a_role_goes_at_once_when_its_group_is_no_longer_mapped(rig):
    org, person, added = rig.orgs.gamma(), rig.person("gamma.test"), rig.person("gamma.test")
    host.ssoctl("member", "add", org, added)
    with _admins(org, "Chiefs"):
        for one in (person, added):
            rig.idp.say_groups(one, ["Chiefs"])
            login.signs_in(rig, one)
            check.equal(_role(org, one), "admin", "the role")
        exported = host.ssoctl("member", "export", org).out
        check.contains(exported, f"{added},viewer,", "what is exported")
        dumped, = [o for o in json.loads(host.ssoctl("dump").out)["orgs"] if o["slug"] == org]
        check.that({"provider_group": "Chiefs", "role": "admin"} in dumped["groups"], f"the dump: {dumped['groups']}")
        check.equal([m["role"] for m in dumped["members"] if m["email"] == added], ["viewer"], "the member in the dump")
        document = json.dumps({"format": 1, "orgs": [{"slug": org, "groups": dumped["groups"], "members": dumped["members"]}]})
        check.equal(host.ssoctl("apply", "-", "--yes", "--json", stdin=document).status, 0, "the same again")
        check.equal(_role(org, added), "admin", "the role after apply")
        admins = processes.must("getent", "group", f"{org}-admins").out
        check.that(person in admins and added in admins, f"the group of admins: {admins}")
    check.equal([_role(org, person), _role(org, added)], ["viewer", "viewer"], "the roles without the mapping")
    admins = processes.must("getent", "group", f"{org}-admins").out
    check.that(person not in admins and added not in admins, f"the group of admins: {admins}")
    document = json.dumps({"format": 1, "orgs": [{"slug": org, "groups": [{"provider_group": "Chiefs", "role": "admin"}]}]})
    host.ssoctl("apply", "-", "--yes", stdin=document)
    check.contains(login.signs_in(rig, person), "SSOORG_ROLE=admin", "the environment after apply")
    host.ssoctl("group", "unmap", org, "Chiefs", "--yes")


def no_other_role_and_no_two_things_are_mapped(rig):
    org = rig.orgs.gamma()
    for words in (("--role", "owner"), ("--role", "viewer"), ("--role", "Admin"), ("--role", ""), ("dev", "--role", "admin"),
                  ("--role", "admin", "--local-group", "games"), ("--role", "admin", "--privileged", "sudo"), ()):
        host.ssoctl("group", "map", org, "Chiefs", *words, wants=2)
    for role in ("owner", "viewer", ""):
        document = {"format": 1, "orgs": [{"slug": org, "groups": [{"provider_group": "Chiefs", "role": role}]}]}
        host.ssoctl("apply", "-", "--yes", stdin=json.dumps(document), wants=2)
    with _admins(org, "Chiefs"):
        check.contains(host.ssoctl("group", "map", org, "Chiefs", "dev", wants=1).err, 'mapped to role "admin" already', "what is said")
        check.contains(host.ssoctl("group", "map", org, "Chiefs", "--role", "admin").text, "role admin already", "what is said")


def W8_an_owners_other_provider_makes_no_admins_until_an_operator_confirms_it(rig):
    org, person = rig.orgs.delta(), rig.person("delta.test")
    try:
        said = attacks.as_owner(rig, org, "group", "map", org, "Chiefs", "--role", "admin")
        check.equal(said.status, 0, f"the owner's own mapping: {said.text}")
        said = attacks.as_owner(rig, org, "idp", "set", org, "--now", "--issuer", attacks.evil(rig).issuer,
                                "--client-id", "ssoorg", "--ca-file", "-", stdin=rig.ca.read_text())
        check.equal(said.status, 0, f"the owner's own change: {said.text}")
        attacks.evil(rig).say_groups(person, ["Chiefs"])
        text = attacks.through(rig, person, attacks.evil(rig))
        check.contains(text, "SSOORG_ROLE=viewer", "through what no operator has seen")
        host.ssoctl("idp", "confirm", org, host.listed("idp", "show", org)["fingerprint"])
        check.contains(attacks.through(rig, person, attacks.evil(rig)), "SSOORG_ROLE=admin", "once it is confirmed")
    finally:
        attacks.restore(rig, org)
        host.ssoctl("group", "unmap", org, "Chiefs", "--yes", wants=None)


@contextlib.contextmanager
def _admins(org, provider_group):
    host.ssoctl("group", "map", org, provider_group, "--role", "admin")
    try:
        yield
    finally:
        host.ssoctl("group", "unmap", org, provider_group, "--yes")


def _role(org, person):
    return host.members(org)[person]["role"]


@contextlib.contextmanager
def _mapped(org, provider_group, name):
    """For a while: other tests' sign-ins ask for no groups."""
    _map(org, provider_group, name)
    try:
        yield
    finally:
        host.ssoctl("group", "unmap", org, provider_group, "--yes")


def _map(org, provider_group, name):
    host.ssoctl("group", "map", org, provider_group, name)


def _gid(name):
    return processes.must("getent", "group", name).out.split(":")[2]


def _members(name):
    return processes.must("getent", "group", name).out.strip().split(":")[3].split(",")
