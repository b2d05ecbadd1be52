"""sudo and su: who has signed in a short while ago is not asked again, and nobody else is let off."""
import check
import host
import login
import orgs
import stacks

OWN = r"uid=0\(root\)"


def K6_sudo_asks_nothing_after_a_recent_sign_in_and_everything_without(rig):
    rig.orgs.acme()
    person, new = rig.person(), rig.person()
    login.signs_in(rig, person)
    host.ssoctl("member", "add", "acme", new)
    with stacks.wired(person, new):
        check.contains(stacks.sudo(person).end(enter=False), OWN, "sudo soon after SSO")
        terminal = stacks.sudo(new)  # never signed in through a provider here
        challenge = terminal.challenge()
        check.contains(challenge.text, f"as {new}", "whom the prompt names")
        rig.idp.approve(challenge, new)
        terminal.enter_until(OWN)
        terminal.close()
        check.contains(stacks.sudo(new).end(enter=False), OWN, "sudo soon after that")
        with stacks.reauth("0s"):
            terminal = stacks.sudo(person)
            terminal.challenge()
            terminal.close()


def K6_another_account_and_a_suspended_one_are_not_let_off(rig):
    org = rig.orgs.gamma()
    person, other = rig.person("gamma.test"), rig.person("gamma.test")
    login.signs_in(rig, person)
    login.signs_in(rig, other)
    with stacks.wired(person):
        check.contains(stacks.as_user(person, "su", "-", person, "-c", "id").end(enter=False), person, "su to oneself")
        terminal = stacks.as_user(person, "su", "-", other, "-c", "id")
        challenge = terminal.challenge()
        check.contains(challenge.text, f"as {other}", "whom the prompt names")
        rig.idp.approve(challenge, person)  # H02: approved as the wrong one
        check.lacks(terminal.end(), r"uid=\d", "su to another member")
        host.ssoctl("member", "suspend", org, person)
        terminal = stacks.sudo(person)
        terminal.challenge()
        check.lacks(terminal.text, OWN, "sudo of a suspended member")
        terminal.close()


def K6_an_owner_without_a_local_password_reaches_sudo_with_the_provider_down(rig):
    org = rig.orgs.delta()
    owner = orgs.owner(org)
    host.connect(org, "--issuer", "https://localhost:1")
    try:
        with stacks.wired(owner):
            terminal = stacks.sudo(owner)
            terminal.until(r"assword[^\n]*: $")
            terminal.send(orgs.OWNER_PASSWORD)
            terminal.until(OWN)
            terminal.close()
            terminal = stacks.as_user(owner, "sudo", "/usr/bin/ssoctl", "org", "show", org, groups=org)
            terminal.until(r"assword[^\n]*: $")
            terminal.send(orgs.OWNER_PASSWORD)
            terminal.until("Delta")
            terminal.close()
    finally:
        host.connect(org, "--issuer", rig.idp.issuer)


def K6_polkit_asks_as_sudo_does(rig):
    rig.orgs.acme()
    person = rig.person()
    login.signs_in(rig, person)
    uid = host.in_passwd(person)[2]
    with stacks.wired(person):
        # As polkit's helper does: root for a user, whose real uid it has.
        asked = login.Terminal("setpriv", ["--ruid", uid, "--euid", "0", "pamtester", "polkit-1", person, "authenticate"])
        check.contains(asked.end(enter=False), "successfully authenticated", "polkit soon after SSO")
        with stacks.reauth("0s"):
            asked = login.Terminal("setpriv", ["--ruid", uid, "--euid", "0", "pamtester", "polkit-1", person, "authenticate"])
            asked.challenge()
            asked.close()


def an_unknown_option_of_the_module_is_logged_and_asks(rig):
    rig.orgs.acme()
    person = rig.person()
    login.signs_in(rig, person)
    with stacks.wired(person) as folder:
        text = (folder / "sudo").read_text()
        (folder / "sudo").write_text(text.replace("so reauth", "so reauht"))
        log = rig.log()
        terminal = stacks.sudo(person)
        terminal.challenge()
        terminal.close()
        check.contains(log.text(), 'option "reauht"', "the log")
