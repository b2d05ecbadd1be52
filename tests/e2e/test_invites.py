"""Invites: by code at the prompt, by a provider, by a yes."""
import re

import check
import host
import login

CHOSEN = "violet-Compass-83-harbor"
ALPHABET = "[0-9A-HJKMNP-TV-Z]"


def L13_I3_a_code_at_the_prompt_makes_the_account_with_a_chosen_password(rig):
    org, guest = rig.orgs.open(), _guest()
    made = _invite(org, guest, "--role", "admin")
    check.that(re.fullmatch(rf"{ALPHABET}{{5}}(-{ALPHABET}{{5}}){{3}}", made["code"]), f"the code {made['code']!r}")
    text = _by_code(rig, guest, made["code"].lower().replace("-", " "))
    check.that(login.signed_in(text), f"not signed in: {check.shown(text)}")
    check.contains(text, r"\(open\).*\(open-admins\)", "the groups of the very first session")
    account = host.listed("account", "show", guest)
    check.equal(account["email_proven"], False, "whether the code has proven the email")
    check.equal(host.members(org)[guest]["source"], "invitation", "the source")
    check.equal(host.listed("invite", "list", org), [], "invites left")
    _, text = login.by_password(rig, guest, CHOSEN)
    check.that(login.signed_in(text), f"the chosen password does not work: {check.shown(text)}")
    _, text = login.by_password(rig, guest, made["code"])
    check.that(not login.signed_in(text), "the code works twice")


def I1_a_second_invite_replaces_the_first_and_a_cancelled_one_is_none(rig):
    org, guest = rig.orgs.open(), _guest()
    first, second = _invite(org, guest), _invite(org, guest)
    check.that(first["code"] != second["code"], "the same code twice")
    for code in (first["code"], "00000-00000-00000-00000", second["code"][:-1], ""):
        _, text = login.by_password(rig, guest, code)
        check.lacks(text, "invites you", f"what the code {code!r} leads to")
    host.ssoctl("invite", "cancel", org, guest)
    _, text = login.by_password(rig, guest, second["code"])
    check.lacks(text, "invites you", "what a cancelled code leads to")
    check.that(host.in_passwd(guest) is None, "an account was made")


def I3_a_password_that_is_too_simple_or_mistyped_is_asked_again(rig):
    org, guest = rig.orgs.open(), _guest()
    terminal = _type_code(rig, guest, _invite(org, guest)["code"])
    for first, second in (("aaaaaaaa", None), (CHOSEN, CHOSEN + "x")):
        terminal.until("New password: ")
        terminal.send(first)
        if second:
            terminal.until("again: ")
            terminal.send(second)
    terminal.until("New password: ")
    terminal.send(CHOSEN)
    terminal.until("again: ")
    terminal.send(CHOSEN)
    terminal.until("END")
    terminal.close()
    check.contains(terminal.text, "not accepted", "what is said of a simple one")
    check.contains(terminal.text, "not the same", "what is said of two that differ")


def L13_without_keyboard_interactive_the_code_chooses_no_password(rig):
    org, guest = rig.orgs.open(), _guest()
    code = _invite(org, guest)["code"]
    log = rig.log()
    terminal = login.Ssh(rig, guest, method="password")
    terminal.password_prompt()
    terminal.send(code)
    text = terminal.end()
    check.that(not login.signed_in(text), f"got in: {check.shown(text)}")
    check.contains(log.text(), "needs-terminal", "the log")
    check.that(host.in_passwd(guest) is None, "an account was made")
    check.equal(len(host.listed("invite", "list", org)), 1, "open invites")
    host.ssoctl("invite", "cancel", org, guest)


def M_an_invited_name_is_prompted_like_any_other(rig):
    org, guest = rig.orgs.open(), _guest()
    _invite(org, guest)
    terminal = login.Ssh(rig, guest)
    prompt = terminal.password_prompt()
    terminal.close()
    other = _guest()
    stranger = login.Ssh(rig, other)
    check.equal(prompt.replace(guest, "X"), stranger.password_prompt().replace(other, "X"), "an unknown name's prompt")
    stranger.close()
    check.contains(prompt, r"Password: ?$", "the prompt")
    host.ssoctl("invite", "cancel", org, guest)


def M_an_invite_that_nothing_accepts_any_more_is_told_to_nobody(rig):
    host.ssoctl("org", "create", "zeta", "--name", "Zeta", "--owner", "boss@zeta.example")
    host.ssoctl("domain", "add", "zeta", "zeta.test")
    host.ssoctl("domain", "verify", "zeta", "zeta.test", "--by-hand", "test")
    host.ssoctl("idp", "set", "zeta", "--issuer", rig.idp.issuer, "--client-id", "ssoorg", "--ca-file", rig.ca, "--auth", "none")
    _invite("zeta", "a@zeta.test")
    host.ssoctl("idp", "remove", "zeta", "--yes")
    for name in ("a@zeta.test", "b@zeta.test"):
        terminal = login.Ssh(rig, name)
        check.contains(terminal.password_prompt(), "Password: ?$", f"the prompt for {name}")
        terminal.close()
    host.ssoctl("org", "delete", "zeta", "--yes")


def I2_S10_the_governing_org_proves_the_email_for_another_orgs_invite(rig):
    org, person = rig.orgs.open(), rig.person("gamma.test")
    gamma = rig.orgs.gamma()
    check.equal(_invite(org, person)["via"], "sso", "how an address of a managed domain is accepted")
    text = login.signs_in(rig, person)
    check.contains(text, rf"\({gamma}\)", "the groups: gamma takes newcomers")
    check.contains(text, r"\(open\)", "the groups: invited by open")
    check.equal(host.listed("account", "show", person)["email_proven"], True, "whether the email is proven")


def I2_an_existing_account_joins_after_a_yes(rig):
    org, person = rig.orgs.open(), rig.person("gamma.test")
    rig.orgs.gamma()
    login.signs_in(rig, person)
    _invite(org, person)
    text = _answering(rig, person, "n")
    check.that(login.signed_in(text), "a no keeps the person out")
    check.lacks(text, r"groups=\S*\(open\)", "the groups after a no")
    text = _answering(rig, person, "y")
    check.contains(text, r"groups=\S*\(open\)", "the groups after a yes")
    check.equal(host.members(org)[person]["source"], "invitation", "the source")


def I4_an_address_of_an_enforcing_org_is_not_taken_by_a_code(rig):
    rig.orgs.acme()
    org, person = rig.orgs.open(), rig.person("acme.test")
    check.equal(_invite(org, person)["code"], None, "the code")
    host.ssoctl("invite", "create", org, person, "--via", "sso", wants=3)
    terminal = login.Ssh(rig, person)
    terminal.challenge()
    check.lacks(terminal.text, "password", "what is asked")
    terminal.close()
    host.ssoctl("invite", "cancel", org, person)


def L15_a_code_alone_does_not_open_an_account_that_was_there(rig):
    org, guest = rig.orgs.open(), _guest()
    login_text = _by_code(rig, guest, _invite(org, guest)["code"])
    check.that(login.signed_in(login_text), "the guest is not there")
    host.ssoctl("member", "remove", org, guest, "--yes")
    code = _invite(org, guest)["code"]
    terminal = _type_code(rig, guest, code)
    terminal.until("Password of your account: ")
    terminal.send(CHOSEN + "x")
    check.that(not login.signed_in(terminal.end(enter=False)), "a wrong password got in")
    terminal = _type_code(rig, guest, code)
    terminal.until("Password of your account: ")
    terminal.send(CHOSEN)
    terminal.until("END")
    terminal.close()
    check.that(guest in host.members(org), "not a member again")


_count = 0


def _guest():
    global _count
    _count += 1
    return f"invited{_count}@nowhere.test"


def _invite(org, email, *more):
    return host.listed("invite", "create", org, email, *more)


def _type_code(rig, name, code):
    terminal = login.Ssh(rig, name)
    terminal.password_prompt()
    terminal.send(code)
    terminal.until(r"Press Enter, then[^\n]*: ")
    terminal.send()
    return terminal


def _by_code(rig, name, code):
    terminal = _type_code(rig, name, code)
    for prompt in ("New password: ", "New password again: "):
        terminal.until(prompt)
        terminal.send(CHOSEN)
    terminal.until("END")
    terminal._more()
    terminal.close()
    return terminal.text


def _answering(rig, person, answer):
    terminal = login.Ssh(rig, person)
    rig.idp.approve(terminal.challenge(), person)
    terminal.enter_until(r"Join\? \[y/N\]: ")
    terminal.send(answer)
    if terminal.until("END", r"Active org \[\w+\]: ") == 1:  # two are open now
        terminal.send()
        terminal.until("END")
    terminal.close()
    return terminal.text
