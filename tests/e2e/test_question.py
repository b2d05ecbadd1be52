# SPDX-License-Identifier: Apache-2.0
"""What is typed at the question, and who goes away from it."""
import check
import host
import login
import other_client
import processes
import provider


def a_client_that_is_given_up_frees_its_place_and_ends_its_polling(rig):
    rig.orgs.acme_afresh()
    for program in ("plink", "dbclient"):
        person = rig.person()
        terminal = other_client.terminal(rig, program, person)
        terminal.challenge()
        check.that(processes.ours(), "no helper runs during a sign-in: the test sees nothing")
        processes.kill(terminal.child.pid)
        processes.ours_are_gone()
        again = other_client.terminal(rig, program, person)
        again.challenge()
        again.close()
        processes.ours_are_gone()
    provider.nobody_polls(rig)


def control_c_at_the_question_ends_the_sign_in_and_control_d_is_Enter(rig):
    rig.orgs.acme_afresh()
    terminal = login.Ssh(rig, rig.person())
    terminal.challenge()
    terminal.child.sendcontrol("c")
    terminal.end(enter=False)
    processes.ours_are_gone()
    person = rig.person()
    terminal = login.Ssh(rig, person)
    rig.idp.approve(terminal.challenge(), person)
    terminal.child.sendcontrol("d")
    check.that(login.signed_in(terminal.end()), f"not signed in: {check.shown(terminal.text)}")


def Enter_pressed_early_several_times_keeps_one_flow_and_one_code(rig):
    rig.orgs.acme_afresh()
    person = rig.person()
    requests = provider.Requests(rig)
    terminal = login.Ssh(rig, person)
    challenge = terminal.challenge()
    for _ in range(4):
        terminal.send()
        terminal.until("Not approved yet")
    rig.idp.approve(challenge, person)
    text = terminal.end()
    check.that(login.signed_in(text), f"not signed in: {check.shown(text)}")
    check.equal(set(login.CODE.findall(text)), {challenge.code}, "the codes that were shown")
    check.equal(requests.flows(), 1, "flows at the provider")


def text_typed_instead_of_Enter_is_neither_believed_nor_written_down(rig):
    rig.orgs.acme_afresh()
    person = rig.person()
    log, requests = rig.log(), provider.Requests(rig)
    terminal = login.Ssh(rig, person)
    challenge = terminal.challenge()
    for line in ("yes", "typed-Instead-of-Enter-7", challenge.code, "%n%s%x \u00fc", "x" * 900):
        terminal.send(line)
        terminal.until("Not approved yet")
    check.that(not login.signed_in(terminal.text), "the person got in without an approval")
    rig.idp.approve(challenge, person)
    terminal.send("typed-Instead-of-Enter-8")
    check.that(login.signed_in(terminal.end()), f"not signed in: {check.shown(terminal.text)}")
    check.equal(requests.flows(), 1, "flows at the provider")
    check.lacks(log.text() + host.ssoctl("audit").out, "typed-Instead", "logs and audit")


def an_answer_without_end_opens_nothing_and_ends_the_sign_in(rig):
    rig.orgs.acme_afresh()
    person = rig.person()
    try:
        said, _ = other_client.sign_in(rig, person, person, answer_with="x" * 100000)
        raise check.Failed(f"it got in: {said}")
    except (check.Failed, EOFError) as error:
        check.lacks(str(error), "it got in", "paramiko")
    processes.ours_are_gone()
    check.that(rig.sshd.alive(), "sshd is gone")
    login.signs_in(rig, person)
