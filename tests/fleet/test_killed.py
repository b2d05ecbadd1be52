# SPDX-License-Identifier: Apache-2.0
"""What is killed while a change is on its way: store and engine agree once the host has caught up, and nobody is there
with two numbers. When it is killed follows from a step that grows from run to run: whatever moment that is on this
machine, the same must hold."""
import os
import pathlib
import signal
import subprocess
import time

import check
import driver
import member

RUNS = 10
STEP_S = 0.03


class _Place:
    """An admin host and another one, with an org that both have."""

    def __init__(self, fleet, name):
        self.fleet, self.database = fleet, f"killed_{name}"
        member.make_database(fleet, self.database, f"{self.database}_owner")
        self.admin, self.web = member.Member(fleet, f"admin-{name}"), member.Member(fleet, f"web-{name}")
        self.admin.init(self.database, f"{self.database}_owner")
        self.admin.must("org", "create", "kills", "--name", "Kills", "--owner", "boss@kills.test")
        self.web.must("fleet", "join", "--bundle", self.admin.add(f"web-{name}", "--orgs", "kills"))

    def begin(self, *words):
        return subprocess.Popen([driver.SSOCTL, *words, *self.admin.where()], stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def in_engine(self):
        rows = self.fleet.engine.root("SELECT a.email, a.uid FROM ssoorg.membership m JOIN ssoorg.account a ON a.id = m.account_id "
                                      "WHERE NOT m.gone AND NOT a.gone", self.database).rows
        return {email: int(uid) for email, uid in rows}

    def agrees(self, when):
        for host in (self.admin, self.web):
            host.sync_once()
            here = {email: row["uid"] for email, row in host.members("kills").items()}
            check.equal(here, self.in_engine(), f"who is on {host.name} {when}")


def _helpers_of(process):
    children = pathlib.Path(f"/proc/{process.pid}/task/{process.pid}/children")
    return [int(pid) for pid in children.read_text().split()] if children.exists() else []


def _kill_one(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # it has gone by itself


def who_changes_is_killed(fleet):
    place = _Place(fleet, "ssoctl")
    for run in range(RUNS):
        process = place.begin("member", "add", "kills", f"p{run}@kills.test")
        time.sleep(run * STEP_S)
        process.kill()
        process.wait(check.HANG_S)
        place.agrees(f"after run {run}")
    place.admin.must("member", "add", "kills", "last@kills.test")
    place.agrees("at the end")


def the_helper_of_a_change_is_killed(fleet):
    place = _Place(fleet, "helper")
    for run in range(RUNS):
        process = place.begin("member", "add", "kills", f"p{run}@kills.test")
        time.sleep(run * STEP_S)
        for pid in _helpers_of(process):
            _kill_one(pid)
        status = process.wait(check.HANG_S)
        place.agrees(f"after run {run}")
        if status == 0:
            check.that(f"p{run}@kills.test" in place.in_engine(), f"run {run}: a change that was done is not there")


def the_follower_is_killed_and_its_helper_too(fleet):
    place = _Place(fleet, "sync")
    for run in range(RUNS):
        place.admin.must("member", "add", "kills", f"p{run}@kills.test")
        follower = place.web.sync()
        time.sleep(run * STEP_S)
        for pid in _helpers_of(follower) if run % 2 else ():
            _kill_one(pid)
        follower.kill()
        follower.wait(check.HANG_S)
        follower.stderr.close()
        place.agrees(f"after run {run}")


def the_engine_crashes_in_the_middle_of_a_change(fleet):
    place = _Place(fleet, "engine")
    for run in range(RUNS // 3):
        process = place.begin("member", "add", "kills", f"p{run}@kills.test")
        time.sleep(run * 3 * STEP_S)
        fleet.engine.process.send_signal(signal.SIGQUIT)  # its sessions end at once, and what was not committed is lost
        fleet.engine.process.wait(check.HANG_S)
        status = process.wait(check.HANG_S)
        fleet.engine.begin()
        place.agrees(f"after run {run}")
        if status == 0:
            check.that(f"p{run}@kills.test" in place.in_engine(), f"run {run}: a change that was done is not there")
