"""What an operator granted, against delegates who would have it (HOLES H61, H68, H81), each tried as an attack."""
import attacks
import check
import host
import login
import orgs


def H61_an_owner_who_changes_the_provider_does_not_become_an_operator(rig):
    org, name, email = attacks.operator_in(rig, "opadmin")
    try:
        said = attacks.as_owner(rig, org, "idp", "set", org, "--now", "--issuer", attacks.evil(rig).issuer,
                                "--client-id", "ssoorg", "--ca-file", "-", stdin=rig.ca.read_text())
        check.equal(said.status, 0, f"the owner's own change: {said.text}")
        text = attacks.through(rig, name, attacks.evil(rig), email)
        check.that(not login.signed_in(text), f"the owner's provider signs an operator in: {check.shown(text)}")
        check.contains(text, "operator of this host must confirm", "what is said")
        shown = host.listed("idp", "show", org)
        check.equal(shown["confirmed"], False, "whether the connection is confirmed")
        check.contains(shown["unconfirmed"], f"issuer by {orgs.owner(org)}", "who changed what")
        _, text = login.by_password(rig, name, attacks.PASSWORD)  # W8: the password is offered meanwhile
        check.that(login.signed_in(text), f"the operator's own password: {check.shown(text)}")
    finally:
        attacks.restore(rig, org)


def H61_S8_an_operator_is_linked_only_beside_the_password(rig):
    org, name, email = attacks.operator_in(rig, "oplink")
    text = login.beside_password(rig, name, email, "wrong-" + attacks.PASSWORD)
    check.that(not login.signed_in(text), "an operator was linked by email")
    text = login.beside_password(rig, name, email, attacks.PASSWORD)
    check.contains(text, rf"\({name}\)", "id")


def H61_a_stale_fingerprint_is_not_confirmed(rig):
    org = rig.orgs.delta()
    try:
        attacks.as_owner(rig, org, "org", "set", org, "required-amr=one")
        seen = host.listed("idp", "show", org)["fingerprint"]
        attacks.as_owner(rig, org, "org", "set", org, "required-amr=two")
        check.contains(host.ssoctl("idp", "confirm", org, seen, wants=3).text, "idp show", "the refusal")
        seen = host.listed("idp", "show", org)["fingerprint"]
        check.equal(attacks.as_owner(rig, org, "idp", "confirm", org, seen).status, 3, "a confirmation by the owner")
        host.ssoctl("idp", "confirm", org, host.listed("idp", "show", org)["fingerprint"])
        check.equal(host.listed("idp", "show", org)["confirmed"], True, "confirmed")
    finally:
        host.ssoctl("org", "set", org, "required-amr=")


def W8_upgrade_asks_about_what_nobody_has_confirmed(rig):
    org = rig.orgs.delta()
    host.ssoctl("upgrade", "--yes")
    check.contains(host.ssoctl("upgrade").text, "every connection is confirmed", "what is said where all is well")
    try:
        attacks.as_owner(rig, org, "org", "set", org, "required-amr=one")
        check.contains(host.ssoctl("upgrade", wants=1).text, f"org {org}: no operator has confirmed", "the question")
        host.ssoctl("upgrade", "--yes")
        check.equal(host.listed("idp", "show", org)["confirmed"], True, "confirmed")
    finally:
        host.ssoctl("org", "set", org, "required-amr=")


def S15_W8_an_owner_who_breaks_the_connection_does_not_shut_an_operator_out(rig):
    """Enforcement counts for the operator as an operator set it, so the owner breaks what it points to."""
    org, name, email = attacks.operator_in(rig, "opbroken")
    check.that(login.signed_in(login.beside_password(rig, name, email, attacks.PASSWORD)), "not linked")
    rig.orgs.enforce(org, rig.person("delta.test"))
    breaks = ((("--client-secret-file", "-"), "no-such-secret-0123456789\n", ("secret", "auth")),
              (("--auth", "client_secret_post", "--client-secret-file", "-"), "no-such-secret-0123456789\n", ("auth",)),
              (("--scopes", "openid no-such-scope"), "", ("scopes",)))
    try:
        said = attacks.as_owner(rig, org, "enforcement", "set", org, "off", "--yes")
        check.equal(said.status, 0, f"the owner's own change: {said.text}")
        check.lacks(login.Ssh(rig, name).challenge().text, "password", "what an operator is offered while all is well")
        for options, stdin, values in breaks:
            said = attacks.as_owner(rig, org, "idp", "set", org, "--now", *options, stdin=stdin)
            check.equal(said.status, 0, f"the owner's own change: {said.text}")
            shown = host.listed("idp", "show", org)
            check.equal(shown["confirmed"], False, f"whether the connection is confirmed after {options}")
            for value in values:
                check.contains(shown["unconfirmed"], f"{value} by {orgs.owner(org)}", "who changed what")
            _, text = login.by_password(rig, name, attacks.PASSWORD)
            check.that(login.signed_in(text), f"the operator's password after {options}: {check.shown(text)}")
            attacks.restore(rig, org)
            check.equal(host.listed("idp", "show", org)["confirmed"], True, "whether it is once an operator has set it")
            check.lacks(login.Ssh(rig, name).challenge().text, "password", "what is offered then")
    finally:
        attacks.restore(rig, org)
        host.ssoctl("idp", "confirm", org, host.listed("idp", "show", org)["fingerprint"])


def H68_a_delegate_does_not_touch_an_operator(rig):
    org, _, email = attacks.operator_in(rig, "opsafe")
    for words in (("member", "suspend", org, email), ("member", "remove", org, email, "--yes"),
                  ("member", "role", org, email, "admin"), ("member", "suspend", org, email, "--end-sessions"),
                  ("account", "retire", email, "--yes"), ("password", "remove", email, "--yes"),
                  ("identity", "unlink", email, "--org", org)):
        said = attacks.as_owner(rig, org, *words)
        check.equal(said.status, 3, f"{' '.join(words)}: {said.text}")
    check.equal(host.members(org)[email]["status"], "active", "the membership")


def H81_a_local_group_comes_only_with_the_confirmed_connection(rig):
    org, person, other = rig.orgs.gamma(), rig.person("gamma.test"), rig.person("gamma.test")
    for each in (person, other):
        rig.idp.say_groups(each, ["Crew81"])
    rig.secrets.add(attacks.PASSWORD)
    with host.Kept("/etc/group") as path:
        with open(path, "a") as file:
            file.write("tools81:x:4781:\n")
        host.ssoctl("group", "map", org, "Crew81", "--local-group", "tools81")
        try:
            check.contains(login.signs_in(rig, person), r"4781\(tools81\)", "id in a session through the connection")
            said = attacks.as_owner(rig, org, "password", "set", person, "--stdin", stdin=attacks.PASSWORD + "\n")
            check.equal(said.status, 3, f"the owner sets the password of who holds a local group: {said.text}")
            host.set_password(person, attacks.PASSWORD)
            _, text = login.by_password(rig, person, attacks.PASSWORD)
            check.that(login.signed_in(text), f"by password: {check.shown(text)}")
            check.lacks(text, "4781", "id in a session by password")
            said = attacks.as_owner(rig, org, "idp", "set", org, "--now", "--ca-file", "-", stdin=rig.ca.read_text() + "\n")
            check.equal(said.status, 0, f"the owner's own change: {said.text}")
            check.lacks(login.signs_in(rig, other), "4781", "what a connection that nobody confirmed gives")
            check.contains(attacks.through(rig, person), "operator of this host must confirm", "S15")
            host.ssoctl("idp", "confirm", org, host.listed("idp", "show", org)["fingerprint"])
            check.contains(attacks.through(rig, person), r"4781\(tools81\)", "id once it is confirmed")
        finally:
            host.ssoctl("group", "unmap", org, "Crew81", "--yes")
            attacks.restore(rig, org)
