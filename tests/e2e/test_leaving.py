"""Somebody leaves (offboard), and everybody does (eject)."""
import json
import pathlib
import re
import shutil
import time

import check
import host
import login
import processes
import schemas

PASSWORD = "leaving-Lantern-83-slate"
GOES, ADMIN_GOES = "goes@elsewhere.example", "admin-goes@elsewhere.example"


def offboard_ends_all_that_lets_somebody_in_or_runs_for_them(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    host.ssoctl("org", "create", "leavers", "--name", "Leavers", "--owner", "boss@leavers.example")
    try:
        login.signs_in(rig, person)
        session = login.open_session(rig, person)
        host.ssoctl("invite", "create", "leavers", person)
        session.send("(sleep 3000 &) ; echo started")
        session.until("started")
        uid = int(host.in_passwd(person)[2])
        check.that(host.processes_of(uid), "nothing runs before")
        before = host.ssoctl("account", "show", person).out
        host.ssoctl("offboard", person, "--dry-run")
        check.equal(host.ssoctl("account", "show", person).out, before, "the account after a dry run")
        result = json.loads(host.ssoctl("offboard", person, "--yes", "--json").out)
        check.equal(schemas.problems("offboard", result), [], "beside the schema")
        check.equal((result["suspended_in"], result["owns"], result["invites_cancelled"]), ([org], [], ["leavers"]), "what was done")
        check.soon(lambda: not host.processes_of(uid), "all that runs is over")
        check.that(result["processes_ended"] > 0, "no process was ended")
        login.is_refused(rig, person, words="suspended|locked")
        check.equal(host.members(org)[person]["status"], "suspended", "the membership")
        again = json.loads(host.ssoctl("offboard", person, "--yes", "--json").out)
        check.equal((again["suspended_in"], again["processes_ended"]), ([], 0), "a second time")
        session.close()
        owner = host.ssoctl("offboard", "boss@leavers.example", "--yes", wants=3)
        check.contains(owner.err, "owns leavers.*org transfer", "what is said of an owner")
        host.ssoctl("offboard", "nobody@leavers.example", "--yes", wants=4)
    finally:
        host.ssoctl("account", "unlock", person, wants=None)
        host.ssoctl("member", "resume", org, person, wants=None)
        host.ssoctl("org", "delete", "leavers", "--yes")
        host.ssoctl("account", "remove", "boss@leavers.example", "--yes", wants=None)


def offboard_cancels_the_invites_of_an_address_that_has_no_account(rig):
    address, orgs = "Never.Came@leavers.example", ("leavers-a", "leavers-b")
    for slug in orgs:
        host.ssoctl("org", "create", slug, "--name", "Leavers", "--owner", "boss@leavers.example")
    try:
        for slug in orgs:
            host.ssoctl("invite", "create", slug, address)
        host.ssoctl("invite", "create", orgs[0], "other@leavers.example")
        host.ssoctl("offboard", address, "--dry-run", "--yes")
        check.equal(len(host.listed("invite", "list", orgs[1])), 1, "the invites after a dry run")
        check.contains(host.ssoctl("offboard", address, wants=1).err, "no account; the invites .* Go on", "the question")
        result = json.loads(host.ssoctl("offboard", address, "--yes", "--json").out)
        check.equal(schemas.problems("offboard", result), [], "beside the schema")
        check.equal((result["login"], result["uid"], result["invites_cancelled"]), (None, None, list(orgs)), "what was done")
        left = [row["email"] for slug in orgs for row in host.listed("invite", "list", slug)]
        check.equal(left, ["other@leavers.example"], "the invites left")
        host.ssoctl("offboard", address, "--yes", wants=4)
    finally:
        for slug in orgs:
            host.ssoctl("org", "delete", slug, "--yes")
        host.ssoctl("account", "remove", "boss@leavers.example", "--yes", wants=None)


def ejected_people_are_local_users_with_the_same_numbers_homes_and_groups(rig):
    org, kept, out = rig.orgs.gamma(), rig.person("gamma.test"), rig.person("gamma.test")
    for person in (kept, out):
        login.signs_in(rig, person)
        host.set_password(person, PASSWORD)
    host.ssoctl("member", "role", org, kept, "admin")
    host.ssoctl("member", "suspend", org, out)
    for email in (GOES, ADMIN_GOES):
        host.ssoctl("member", "add", org, email)
    host.ssoctl("member", "resume", org, GOES, "--until", "20d", "--reason", "a contract")
    goes_on = int(time.time()) // 86400 + 20 + 1
    host.ssoctl("member", "role", org, ADMIN_GOES, "admin", "--until", "20d", "--reason", "a contract")
    before = processes.must("id", kept).out
    entry = host.in_passwd(kept)
    folder = pathlib.Path("/run/ejected")
    files = ("/etc/passwd", "/etc/shadow", "/etc/group", "/etc/gshadow")
    try:
        check.contains(host.ssoctl("eject", wants=2).err, "--do", "what is said of nothing")
        result = json.loads(host.ssoctl("eject", folder, "--json").out)
        check.equal(schemas.problems("eject", result), [], "beside the schema")
        check.equal({path.name: host.mode_of(path) for path in folder.iterdir()},
                    {"passwd": "0644 0:0", "shadow": "0600 0:0", "group": "0644 0:0", "gshadow": "0600 0:0"}, "the files")
        host.ssoctl("eject", folder, wants=1)
        local = [pathlib.Path(path).read_text() for path in files]
        with host.Kept("/etc/pam.d"), host.Kept("/etc/nsswitch.conf"), host.Kept("/etc/ssh/sshd_config.d"), \
                host.Kept("/etc/login.defs"), host.Kept(files[0]), host.Kept(files[1]), host.Kept(files[2]), \
                host.Kept(files[3]):
            host.ssoctl("eject", "--do", "--yes")
            once = [pathlib.Path(path).read_text() for path in files]
            host.ssoctl("eject", "--do", "--yes")
            check.equal([pathlib.Path(path).read_text() for path in files], once, "a second time")
            for text, start in zip(once, local):
                check.that(text.startswith(start) and len(text) > len(start), "what was there is not there any more")
            host.ssoctl("host", "disable")
            pathlib.Path("/etc/ssh/sshd_config.d/10-ssoorg.conf").write_text("UsePAM yes\nKbdInteractiveAuthentication yes\n")
            check.equal(host.in_passwd(kept)[2:7:3], entry[2:7:3], "number and home")
            check.contains(once[1], rf"\n{GOES}:[^\n]*::({goes_on}|{goes_on + 1}):\n", "the last day of who goes by themselves")
            check.lacks(processes.must("id", ADMIN_GOES).out, rf"\({org}-admins\)", "the admins' group of one for a time")
            groups = [set(re.findall(r"\d+\([^)]*\)", text)) for text in (before, processes.must("id", kept).out)]
            check.that(groups[0] <= groups[1], f"groups: {groups[0] - groups[1]} are missing")
            check.contains(processes.must("id", kept).out, rf"\({org}-admins\)", "the admins' group")
            _, text = login.by_password(rig, kept, PASSWORD)
            check.that(login.signed_in(text), f"the password of an ejected member: {check.shown(text)}")
            _, text = login.by_password(rig, out, PASSWORD)
            check.that(not login.signed_in(text), "somebody who was suspended got in after the ejection")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        host.ssoctl("member", "role", org, kept, "viewer")
        host.ssoctl("member", "resume", org, out)
        for email in (GOES, ADMIN_GOES):
            host.ssoctl("account", "remove", email, "--yes")
