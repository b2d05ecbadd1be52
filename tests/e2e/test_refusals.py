"""Sign-ins that must not succeed, and what is left of them."""
import re
import time

import check
import host
import login
import other_client
import processes

SOMEBODY_ELSE = "somebody else|someone else"


def H02_H30_S13_another_person_approves_the_first_login(rig):
    org, person = rig.orgs.acme(), rig.person()
    text = login.is_refused(rig, person, "mallory@evil.test")
    check.lacks(text, "mallory.*uid=", "the terminal")
    other = rig.person()
    login.is_refused(rig, person, other, words=SOMEBODY_ELSE)
    check.that(not {person, other} & set(host.members(org)), "somebody became a member")


def H02_H18_S2_another_member_approves_and_the_person_is_told(rig):
    rig.orgs.acme()
    person, other = rig.person(), rig.person()
    login.signs_in(rig, person)
    login.signs_in(rig, other)
    login.is_refused(rig, person, other, words=SOMEBODY_ELSE)
    login.signs_in(rig, person)


def H30_root_is_never_opened_by_an_approval(rig):
    rig.orgs.acme()
    prompt, text = login.by_password(rig, "root", "")
    check.lacks(prompt + text, r"https://|SSO", "what root is shown")
    check.that(not login.signed_in(text), "root got in")


def the_person_declines_and_is_told(rig):
    _declines(rig, "decline")


def the_person_declines_at_the_code_and_is_told(rig):
    _declines(rig, "abort")


def the_code_expires_and_the_person_is_told(rig):
    rig.orgs.slow()
    person = rig.person("slow.test")
    terminal = login.Ssh(rig, person)
    terminal.challenge()
    text = terminal.end()
    check.that(not login.signed_in(text), "the person got in")
    check.contains(text, "expired", "what the person is told")
    check.that(host.in_passwd(person) is None, "an account was made")


def an_approval_after_the_expiry_opens_nothing(rig):
    rig.orgs.slow()
    person = rig.person("slow.test")
    terminal = login.Ssh(rig, person)
    challenge = terminal.challenge()
    time.sleep(4.5)
    said = rig.idp.answer(challenge, person)
    check.contains(said, "expired|no such code", "the provider")
    check.that(not login.signed_in(terminal.end()), "the person got in")


def H29_pending_is_never_a_grant(rig):
    rig.orgs.acme()
    person = rig.person()
    terminal = login.Ssh(rig, person)
    terminal.challenge()
    for _ in range(5):
        terminal.send()
        time.sleep(1.1)
    terminal._more()
    check.that(not login.signed_in(terminal.text), "the person got in without an approval")
    check.that(terminal.child.isalive(), "the sign-in ended before it was answered")
    terminal.close()


def M_a_refusal_ends_the_connection_after_one_try(rig):
    rig.orgs.acme()
    text = login.is_refused(rig, rig.person(), "mallory@evil.test")
    codes = set(login.CODE.findall(text))
    check.equal(len(codes), 1, "codes shown until the end")


def H60_a_client_that_vanishes_leaves_no_process(rig):
    rig.orgs.acme()
    check.soon(lambda: not processes.ours(), "helpers of other tests are gone")
    terminal = login.Ssh(rig, rig.person())
    terminal.challenge()
    check.that(processes.ours(), "no helper runs during a sign-in: the test sees nothing")
    processes.kill(terminal.child.pid)
    check.soon(lambda: not processes.ours(), "the helpers end when the client is gone")
    terminal.close()


def H60_a_client_that_vanishes_without_a_word_between_prompts_leaves_no_process(rig):
    rig.orgs.acme()
    check.soon(lambda: not processes.ours(), "helpers of other tests are gone")
    terminal = login.Ssh(rig, rig.person())
    terminal.challenge()
    terminal.send()
    time.sleep(0.2)
    processes.kill(terminal.child.pid)
    check.soon(lambda: not processes.ours(), "the helpers end when the client is gone")
    terminal.close()


def the_password_method_of_sshd_fails_fast(rig):
    rig.orgs.acme()
    person = rig.person()
    opened, seconds = other_client.with_password_method(rig, person, "whatever-1")
    check.that(not opened, "the password method let an unknown person in")
    check.that(seconds < check.SOON_S, f"it took {seconds:.1f} s")
    check.soon(lambda: not processes.ours(), "its helpers are gone")


def H24_only_the_exact_domain_is_ours(rig):
    rig.orgs.acme()
    for name in ("eve@badacme.test", "eve@sub.acme.test", "eve@acme.test.evil", "eve@acme.tes",
                 "eve@cme.test", "eve@acme.test."):
        prompts = other_client.first_prompts(rig, name)
        shown = " ".join(p.text for p in prompts)
        check.that(prompts, f"{name}: no prompt at all")
        check.lacks(shown, r"https://|SSO", f"what {name} is shown")
        check.that(host.in_passwd(name) is None, f"{name} is known")


def H24_an_email_on_a_longer_domain_opens_nothing(rig):
    rig.orgs.acme()
    login.is_refused(rig, "eve@acme.test", "u-badacme")
    check.that(host.in_passwd("eve@acme.test") is None, "an account was made")


def two_sign_ins_of_two_people_do_not_mix(rig):
    rig.orgs.acme()
    one, other = rig.person(), rig.person()
    first, second = login.Ssh(rig, one), login.Ssh(rig, other)
    first_code, second_code = first.challenge(), second.challenge()
    rig.idp.approve(second_code, other)
    rig.idp.approve(first_code, one)
    check.contains(first.end(), rf"uid=\d+\({re.escape(one)}\)", "the first session")
    check.contains(second.end(), rf"uid=\d+\({re.escape(other)}\)", "the second session")


def _declines(rig, how):
    rig.orgs.acme()
    person = rig.person()
    terminal = login.Ssh(rig, person)
    rig.idp.answer(terminal.challenge(), person, how)
    text = terminal.end()
    check.that(not login.signed_in(text), "the person got in")
    check.contains(text, "declined|denied by|was refused", "what the person is told")
    check.that(host.in_passwd(person) is None, "an account was made")
