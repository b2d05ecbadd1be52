# SPDX-License-Identifier: Apache-2.0
"""sshd's password method, which can show nothing: only the owner gets in by it."""
import check
import login
import orgs
import processes
import provider


def the_password_method_fails_fast_for_an_enforced_member_and_leaves_no_flow(rig):
    rig.orgs.acme_afresh()
    person = rig.person()
    login.signs_in(rig, person)
    requests, log = provider.Requests(rig), rig.log()
    terminal = login.Ssh(rig, person, method="password", options=("-o", "NumberOfPasswordPrompts=1"))
    terminal.password_prompt()
    terminal.send("whatever-1")
    text = terminal.end(enter=False)
    check.contains(log.text(), f"refused: login={person} [^\n]*reason=needs-terminal", "why, in the log")
    check.lacks(log.text(), "whatever-1", "the log")
    check.that(not login.signed_in(text), "an enforced member got in")
    check.contains(text, "denied|closed|disconnect|needs a terminal|again and again", "what the person is told")
    check.that(requests.flows() <= 1, f"{requests.flows()} flows for one try")
    processes.ours_are_gone()
    provider.nobody_polls(rig)


def L6_the_next_method_says_why_the_password_method_failed(rig):
    """sshd's password method can show nothing; what comes next in the same connection can, and opens nothing."""
    rig.orgs.acme_afresh()
    person = rig.person()
    login.signs_in(rig, person)
    requests, log = provider.Requests(rig), rig.log()
    terminal = login.Ssh(rig, person, method="password,keyboard-interactive", options=("-o", "NumberOfPasswordPrompts=3"))
    for _ in range(3):
        terminal.password_prompt()
        terminal.send("whatever-Secret-1")
    text = terminal.end(enter=False)
    check.that(not login.signed_in(text), "signed in")
    check.contains(text, "No password signs you in here, and the one you typed was not looked at", "what the person is told")
    check.that(requests.flows() <= 1, f"{requests.flows()} flows: the method begins one for each password")
    check.contains(log.text(), f"refused: login={person} .*reason=needs-terminal.*reason=password-method", "the log")
    check.lacks(log.text(), "whatever-Secret-1", "the log")
    login.signs_in(rig, person)  # in a connection of its own


def the_password_method_lets_the_owner_in_and_starts_no_flow(rig):
    org = rig.orgs.acme_afresh()
    requests = provider.Requests(rig)
    _, text = login.by_password(rig, orgs.owner(org), orgs.OWNER_PASSWORD, method="password")
    check.that(login.signed_in(text), f"the owner is not signed in: {check.shown(text)}")
    check.contains(text, rf"\({org}\)", "id")
    check.equal(requests.flows(), 0, "flows at the provider")
