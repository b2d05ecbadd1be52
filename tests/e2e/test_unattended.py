# SPDX-License-Identifier: Apache-2.0
"""Clients without a terminal: each ends at once and says why; with one, sftp and scp carry files."""
import os
import pathlib

import check
import host
import login
import other_client
import processes
import provider


def batch_mode_fails_at_once_and_starts_no_flow(rig):
    rig.orgs.acme_afresh()
    person = rig.person()
    login.signs_in(rig, person)
    requests = provider.Requests(rig)
    for client in (other_client.ssh_command, other_client.sftp_command, other_client.scp_command):
        run = other_client.Unattended(rig, *client(rig, person, "-o", "BatchMode=yes"))
        check.that(run.wait(check.SOON_S), f"{client.__name__} waits after {check.SOON_S} s")
        check.that(run.status != 0, f"{client.__name__} exit status 0: {check.shown(run.text)}")
        check.contains(run.text, r"Permission denied \([^)]*keyboard-interactive", f"what {client.__name__} says")
    check.equal(requests.flows(), 0, "flows at the provider")
    processes.ours_are_gone()


def ssh_without_a_terminal_ends_and_says_why(rig):
    _ends_without_a_terminal(rig, other_client.ssh_command)


def sftp_without_a_terminal_ends_and_says_why(rig):
    _ends_without_a_terminal(rig, other_client.sftp_command)


def scp_without_a_terminal_ends_and_says_why(rig):
    _ends_without_a_terminal(rig, other_client.scp_command)


def plink_in_batch_mode_ends_and_says_why(rig):
    _ends_without_a_terminal(rig, other_client.plink_batch_command)


def pscp_in_batch_mode_ends_and_says_why(rig):
    _ends_without_a_terminal(rig, other_client.pscp_batch_command)


def dbclient_without_a_terminal_ends_and_says_why(rig):
    _ends_without_a_terminal(rig, other_client.dbclient_command)


def sftp_on_a_terminal_carries_a_file_both_ways(rig):
    rig.orgs.acme_afresh()
    person = rig.person()
    login.signs_in(rig, person)
    sent, back = _new_file(rig, person), rig.folder / f"back-{person}"
    terminal = login.Terminal("sftp", other_client.sftp_command(rig, person)[1:], env=other_client.environment(rig))
    rig.idp.approve(terminal.challenge(), person)
    terminal.enter_until("sftp> $")
    for line in (f"put {sent} carried", f"get carried {back}"):
        terminal.send(line)
        terminal.until("100%")
        terminal.until("sftp> $")
    terminal.send("bye")
    terminal.end(enter=False)
    check.equal(back.read_bytes(), sent.read_bytes(), "the file that came back")
    _belongs_to(pathlib.Path(f"/home/{person}/carried"), person)


def scp_on_a_terminal_carries_a_file_both_ways(rig):
    rig.orgs.acme_afresh()
    person = rig.person()
    login.signs_in(rig, person)
    sent, back = _new_file(rig, person), rig.folder / f"back-{person}"
    there = f"{person}@127.0.0.1:carried"
    for words in ((sent, there), (there, back)):
        arguments = [*other_client.scp_options(rig), *map(str, words)]
        terminal = login.Terminal("scp", arguments, env=other_client.environment(rig))
        rig.idp.approve(terminal.challenge(), person)
        terminal.end()
        check.equal(terminal.status, 0, f"the exit status of scp, {check.shown(terminal.text)}")
    check.equal(back.read_bytes(), sent.read_bytes(), "the file that came back")
    _belongs_to(pathlib.Path(f"/home/{person}/carried"), person)


def _ends_without_a_terminal(rig, client):
    rig.orgs.acme_afresh()
    requests = provider.Requests(rig)
    run = other_client.Unattended(rig, *client(rig, rig.person()))
    ended = run.wait(check.SOON_S)
    processes.ours_are_gone()
    asked = len(requests.all())
    check.that(ended, f"it waits after {check.SOON_S} s, has said {run.text!r} and asked the provider {asked} times")
    check.that(run.status != 0, f"exit status 0: {check.shown(run.text)}")
    check.contains(run.text, "terminal|denied|batch mode|closed|no authentication|disconnect", "what it says")
    check.that(requests.flows() <= 1, f"{requests.flows()} flows for one try")


def _new_file(rig, name):
    path = rig.folder / f"sent-{name}"
    path.write_bytes(os.urandom(200000))
    return path


def _belongs_to(path, name):
    uid = host.in_passwd(name)[2]
    check.equal(host.mode_of(path).split()[1], f"{uid}:{uid}", f"the owner of {path.name}")
