"""Many at once, too many, too long: bounded, and never a way in."""
import os
import signal
import socket
import threading
import time

import check
import host
import login
import orgs
import other_client
import processes
import sshd


def N4_first_logins_at_the_same_moment_get_different_numbers(rig):
    rig.orgs.acme()
    people = [rig.person() for _ in range(6)]
    said = {}

    def one(person):
        try:
            said[person] = other_client.sign_in(rig, person, person)[0]
        except check.Failed as failed:
            said[person] = str(failed)

    threads = [threading.Thread(target=one, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for person in people:
        check.contains(said.get(person, "nothing"), f"\\({person}\\) gid=", f"the session of {person}")
    uids = [host.in_passwd(person)[2] for person in people]
    check.equal(len(set(uids)), len(people), f"different uids in {uids}")


def the_same_first_login_twice_at_once_makes_one_account(rig):
    org, person = rig.orgs.gamma(), rig.person("gamma.test")
    first = login.Ssh(rig, person)
    challenge = first.challenge()
    second = login.Ssh(rig, person)
    challenge_of_second = second.challenge()
    rig.idp.approve(challenge, person)
    check.that(not login.signed_in(first.end()), "the first got in by a code that was given up")
    rig.idp.approve(challenge_of_second, person)
    check.that(login.signed_in(second.end()), "the second did not get in")
    check.equal(sum(row["email"] == person for row in host.listed("member", "list", org)), 1, "memberships")


def O10_K7_a_sign_in_takes_the_place_of_one_of_the_same_name_whose_client_is_frozen(rig):
    rig.orgs.acme()
    check.soon(lambda: not processes.ours(), "helpers of other tests are gone")
    person = rig.person()
    first = login.Ssh(rig, person)
    old = first.challenge()
    os.kill(first.child.pid, signal.SIGSTOP)
    helpers = set(processes.ours())
    second = login.Ssh(rig, person)
    new = second.challenge()
    check.that(new.code != old.code, "the second was shown the code of the first")
    check.soon(lambda: not helpers & set(processes.ours()), "the first one's helpers are gone")
    rig.idp.approve(old, person)
    second.send()
    second.until("Not approved yet")
    rig.idp.approve(new, person)
    check.that(login.signed_in(second.end()), "the second did not get in")
    os.kill(first.child.pid, signal.SIGCONT)
    check.that(not login.signed_in(first.end()), "the first got in")


def K7_a_sign_in_that_was_approved_is_not_ended_by_a_later_one(rig):
    """Who is asked something else by then has given the place back."""
    rig.orgs.acme()
    person = rig.person()
    other = rig.orgs.gamma()
    host.ssoctl("member", "add", other, person)
    first = login.Ssh(rig, person, shell=True)
    rig.idp.approve(first.challenge(), person)
    first.enter_until(r"[Aa]ctive")
    second = login.Ssh(rig, person)
    second.challenge()
    second.close()
    first.send()
    first.until(r"[$#] $")
    first.close()


def T_too_many_sign_ins_refuse_strangers_and_keep_room_for_owners(rig):
    org = rig.orgs.acme()
    check.soon(lambda: not processes.ours(), "helpers of other tests are gone")
    with host.Kept(host.CONF) as conf:
        conf.write_text("max-sign-ins = 9\n")
        first = login.Ssh(rig, rig.person())
        first.challenge()
        text = login.Ssh(rig, rig.person()).end()
        check.contains(text, "too many", "what one too many is told")
        check.lacks(text, "https://", "what one too many is shown")
        terminal = login.Ssh(rig, orgs.owner(org))
        terminal.password_prompt()
        terminal.send("")
        terminal.challenge()
        terminal.close()
        _, text = login.by_password(rig, orgs.owner(org), orgs.OWNER_PASSWORD)
        check.that(login.signed_in(text), "the owner's password does not work any more")
        first.close()
    check.soon(lambda: not processes.ours(), "all helpers are gone")
    login.signs_in(rig, rig.person())


def O07_with_32_people_at_the_prompt_nobody_loses_the_banner(rig):
    """The shipped settings alone, each connection from an address of its own as people have."""
    server = sshd.Sshd(rig.folder, "nine")
    server.config.write_text(server.config.read_text().replace("MaxStartups 100\n", ""))
    rig.serve(server)
    waiting = [_greeted(server, f"127.0.1.{number}") for number in range(1, 33)]
    new = [_greeted(server, f"127.0.2.{number}") for number in range(1, 61)]
    check.equal(sum(banner for _, banner in waiting), 32, "banners of those who wait")
    check.equal(sum(banner for _, banner in new), 60, "banners of those who come then")
    for connection, _ in waiting + new:
        connection.close()
    server.stop()


def grace_time_of_sshd_ends_the_helpers_too(rig):
    rig.orgs.acme()
    server = rig.serve(sshd.Sshd(rig.folder, "grace", ["LoginGraceTime 15"]))
    check.soon(lambda: not processes.ours(), "helpers of other tests are gone")
    terminal = login.Ssh(rig, rig.person(), sshd=server)
    terminal.challenge()
    check.that(processes.ours(), "no helper runs during a sign-in")
    check.soon(lambda: not processes.ours(), "the helpers end with the grace time")
    terminal.close()
    server.stop()


def the_time_for_a_sign_in_ends_it(rig):
    rig.orgs.acme()
    with host.Kept(host.CONF) as conf:
        conf.write_text("sign-in-timeout = 30s\n")
        start = time.monotonic()
        terminal = login.Ssh(rig, rig.person())
        terminal.challenge()
        text = terminal.end()
        seconds = time.monotonic() - start
    check.that(not login.signed_in(text), "the person got in")
    check.contains(text, "expired|in time", "what the person is told")
    check.that(25 < seconds, f"it took {seconds:.0f} s")


def a_stopped_network_helper_is_bounded_in_time(rig):
    rig.orgs.acme()
    person = rig.person()
    rig.idp.stop()
    try:
        text = login.Ssh(rig, person).end()
    finally:
        rig.idp.start()
    check.that(not login.signed_in(text), "the person got in")


def H06_provider_lost_in_mid_flow_is_never_a_grant(rig):
    rig.orgs.acme()
    person = rig.person()
    terminal = login.Ssh(rig, person)
    terminal.challenge()
    rig.idp.stop()
    time.sleep(2)
    rig.idp.start()  # it has forgotten all codes
    text = terminal.end()
    check.that(not login.signed_in(text), "the person got in")
    check.contains(text, "organization|sign-in|code", "what the person is told")
    check.that(host.in_passwd(person) is None, "an account was made")


def _greeted(server, address):
    """An open connection from there, and whether sshd greeted it."""
    connection = socket.create_connection(("127.0.0.1", server.port), check.HANG_S, source_address=(address, 0))
    try:
        return connection, connection.recv(64).startswith(b"SSH-2.0-")
    except ConnectionError:
        return connection, False
