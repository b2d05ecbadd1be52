"""K3: which groups a session has, and which anybody else sees."""
import check
import host
import login
import processes


def K3_groups_of_an_enforcing_org_have_no_listed_members(rig):
    org, person = rig.orgs.acme(), rig.person()
    check.contains(login.signs_in(rig, person), rf"\({org}\)", "id in the session")
    group = processes.must("getent", "group", org).out.strip().split(":")
    check.equal(group[3], "", "members of the org's group")
    check.lacks(processes.must("id", "-nG", person).out, rf"\b{org}\b(?!\.)", "id of the member elsewhere")


def K3_su_gives_no_group_of_an_enforcing_org(rig):
    org, person = rig.orgs.acme(), rig.person()
    login.signs_in(rig, person)
    said = processes.must("su", "-", person, "-c", "id -nG").out
    check.equal(said.split(), [person], f"groups by su, {org} left out")
    refused = processes.run("runuser", "-u", person, "--", "sg", org, "id")
    check.lacks(refused.out, rf"gid=\d+\({org}\)", "sg to the org's group")


def K3_groups_of_an_org_without_enforcement_list_their_members(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    login.signs_in(rig, person)
    group = processes.must("getent", "group", org).out.strip().split(":")
    check.that(person in group[3].split(","), f"{person} is not among {group[3]}")
    check.contains(processes.must("id", "-nG", person).out, rf"\b{org}\b", "id of the member")


def N6_admins_have_the_group_of_admins_and_viewers_not(rig):
    org, viewer, admin = rig.orgs.beta(), rig.person("beta.test"), rig.person("beta.test")
    host.ssoctl("invite", "create", org, viewer)
    host.ssoctl("invite", "create", org, admin, "--role", "admin")
    check.lacks(login.signs_in(rig, viewer), f"\\({org}-admins\\)", "id of a viewer")
    text = login.signs_in(rig, admin)
    check.contains(text, f"\\({org}-admins\\)", "id of an admin")
    check.contains(text, "SSOORG_ROLE=admin", "the environment of an admin")


def K3_removed_member_is_in_no_group(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    login.signs_in(rig, person)
    host.ssoctl("member", "remove", org, person, "--yes")
    group = processes.must("getent", "group", org).out.strip().split(":")
    check.that(person not in group[3].split(","), f"{person} is still among {group[3]}")


def every_name_and_number_answers_both_ways(rig):
    org, person = rig.orgs.acme(), rig.person()
    login.signs_in(rig, person)
    entry = host.in_passwd(person)
    check.equal(host.in_passwd(entry[2]), entry, "the entry by number")
    check.equal(entry[1], "*", "the password field")
    gid = processes.must("getent", "group", org).out.split(":")[2]
    check.equal(processes.must("getent", "group", gid).out.split(":")[0], org, "the group by number")
    private = processes.must("getent", "group", entry[3]).out.split(":")
    check.equal([private[0], private[3].strip()], [person, ""], "the private group")


def N3_a_local_group_of_the_same_name_wins(rig):
    org = rig.orgs.gamma()
    with host.Kept("/etc/group") as path:
        with open(path, "a") as file:
            file.write(f"{org}:x:4712:\n")
        check.equal(processes.must("getent", "group", org).out.split(":")[2], "4712", "the group's number")


def N3_a_local_user_gets_no_group_of_an_account_with_the_same_name(rig):
    org = rig.orgs.gamma()
    host.ssoctl("member", "add", org, "twin-of-local@gamma.test", "--login", "bobby", "--role", "admin")
    with host.Kept("/etc/passwd") as passwd:
        passwd.write_text(passwd.read_text() + "bobby:x:1777:100::/tmp:/bin/sh\n")
        groups = processes.must("id", "-G", "bobby").out.split()
    check.equal(groups, ["100"], "groups of the local user")
