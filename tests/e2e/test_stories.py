"""What happens to one org and its people over time, told through ssoctl and real logins."""
import check
import host
import login
import orgs

PASSWORD = "story-Lantern-58-quartz"


def an_org_enforces_changes_hands_and_loses_its_first_owner(rig):
    org, alice, bob = _org(rig), rig.person("story.test"), rig.person("story.test")
    boss = orgs.owner(org)

    # Before: alice came by herself, has a password too, and has used it.
    login.signs_in(rig, alice)
    login.signs_in(rig, bob)
    host.set_password(alice, PASSWORD)
    rig.secrets.add(PASSWORD)
    _gets_in_by_password(rig, alice)

    # The org enforces: her password is not even asked for.
    _gets_in_by_password(rig, boss, orgs.OWNER_PASSWORD)
    host.ssoctl("enforcement", "set", org, "domains", "--yes")
    check.equal(host.listed("why", alice)["row"], "L6", "the row for alice")
    check.lacks(login.signs_in(rig, alice), "assword", "what alice is asked")

    # She is locked out, and let in again.
    host.ssoctl("account", "lock", alice)
    login.is_refused(rig, alice, words="locked")
    host.ssoctl("account", "unlock", alice)
    login.signs_in(rig, alice)

    # Bob is removed and comes back by himself; removed for good he does not.
    host.ssoctl("member", "remove", org, bob, "--yes")
    login.signs_in(rig, bob)
    host.ssoctl("account", "remove", bob, "--yes")
    login.is_refused(rig, bob, words="isn't set up for this org")

    # The org is hers: now she gets in with the provider away, and the first owner may go.
    host.ssoctl("member", "role", org, alice, "admin")
    host.ssoctl("org", "transfer", org, alice, "--yes")
    check.equal(host.listed("why", alice)["row"], "L5", "the row for alice")
    rig.idp.stop()
    try:
        _gets_in_by_password(rig, alice)
    finally:
        rig.idp.start()
    host.ssoctl("member", "remove", org, boss, "--yes")
    _, text = login.by_password(rig, boss, orgs.OWNER_PASSWORD)
    check.that(not login.signed_in(text), "somebody who is in no org got in")
    host.ssoctl("member", "remove", org, alice, "--yes", wants=3)
    host.ssoctl("password", "remove", alice, "--yes", wants=3)

    # Enforcement ends: everything that was there works again.
    host.ssoctl("enforcement", "set", org, "off", "--yes")
    _gets_in_by_password(rig, alice)
    told = [e["event"] for e in host.listed("audit", org)]
    for event in ("enforcement.set", "account.lock", "member.remove", "org.transfer", "sign-in", "sign-in.refused"):
        check.that(event in told, f"the org's audit lacks {event}")


def N3_a_local_user_made_later_with_the_name_of_an_account_wins(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    uid = host.listed("account", "show", person)["uid"] if login.signs_in(rig, person) else None
    with host.Kept("/etc/passwd") as passwd, host.Kept("/etc/shadow") as shadow:
        with open(passwd, "a", encoding="ascii") as file:
            file.write(f"{person}:x:4712:100:Local:/home:/bin/bash\n")
        with open(shadow, "a", encoding="ascii") as file:
            file.write(f"{person}:*:19000:0:99999:7:::\n")
        host.set_local_password(person, PASSWORD)
        check.equal(host.listed("why", person)["row"], "L1", "the row")
        prompt, text = login.by_password(rig, person, PASSWORD)
        check.lacks(prompt + text, "https://", "what the local user is shown")
        check.contains(text, r"uid=4712\(", "id")
        check.lacks(text, rf"\({org}\)", "id")
    check.contains(login.signs_in(rig, person), rf"uid={uid}\(", "id when the local user is gone")


def _gets_in_by_password(rig, name, password=PASSWORD):
    _, text = login.by_password(rig, name, password)
    check.that(login.signed_in(text), f"{name} is not signed in: {check.shown(text)}")


def _org(rig):
    return rig.orgs.create("story", "story.test", "jit")
