# SPDX-License-Identifier: Apache-2.0
"""A primary that is gone, and the standby that takes its place, with the last changes or without them."""
import json

import check
import engine
import member


class _Pair:
    """Two engines of their own. What a member needs of a fleet is ENGINE, the one that takes writes."""

    def __init__(self, synchronous=False):
        self.engine, self.standby, self.synchronous = engine.Engine(), engine.Engine(), synchronous
        self.where = f"{self.engine.where},{self.standby.where}"

    def __enter__(self):
        self.engine.start()
        self.standby.follow(self.engine, "second")
        if self.synchronous:
            _sql(self.engine, "ALTER SYSTEM SET synchronous_standby_names = 'second'")
            _sql(self.engine, "SELECT pg_reload_conf()")
        self.await_value("SELECT sync_state FROM pg_stat_replication", "sync" if self.synchronous else "async")
        member.make_database(self, "pair")
        return self

    def __exit__(self, *_):
        for server in (self.engine, self.standby):
            server.stop()

    def await_value(self, sql, value):
        check.soon(lambda: self.engine.root(sql, "postgres").rows == ([] if value is None else [[value]]), f"{sql}: not {value}")

    def cut(self):
        """From now on the standby gets nothing."""
        self.await_value("SELECT replay_lsn >= pg_current_wal_lsn() FROM pg_stat_replication", "t")
        _sql(self.standby, "ALTER SYSTEM SET primary_conninfo = ''")
        _sql(self.standby, "SELECT pg_reload_conf()")
        self.await_value("SELECT 1 FROM pg_stat_replication", None)

    def fail_over(self):
        self.engine.kill()
        self.standby.promote()


def _sql(server, sql):
    done = server.root(sql, "postgres")
    check.that(done.state is None, f"{sql}: {done.err}")


def _fleet(pair, number, *more):
    """An admin host with an org and somebody in it, a host that serves it, and MORE of them that are admin hosts too."""
    admin, web = member.Member(pair, f"admin{number}"), member.Member(pair, f"web{number}")
    made = admin.init("pair", engines=pair.where)
    check.equal("no synchronous standby" in (made.get("warning") or ""), not pair.synchronous, f"what is said: {made}")
    admin.must("org", "create", "kept", "--name", "Kept", "--owner", "boss@kept.test")
    admin.must("member", "add", "kept", "ann@kept.test")
    web.must("fleet", "join", "--bundle", admin.add(web.name, "--orgs", "kept"))
    others = [member.Member(pair, f"{name}{number}") for name in more]
    for other in others:
        other.must("fleet", "join", "--bundle", admin.add(other.name, "--admin"))
    for host in (admin, web, *others):
        host.sync_once()
    return (admin, web, *others)


def _has_stopped(host):
    check.contains(host.sync_once(wants=1), "is none of this fleet", f"what ssoorg-sync says on {host.name}")
    check.contains(host.shown("fleet", "status")["stopped"], "is none of this fleet", f"the status of {host.name}")
    found = [one["severity"] for one in json.loads(host.ctl("check", "--offline", "--json")[1]) if one["check"] == "fleet"]
    check.equal(found, ["critical"], f"what is found wrong on {host.name}")


def hosts_that_had_what_a_standby_never_got_stop_and_say_so(fleet):
    with _Pair() as pair:
        admin, web, second = _fleet(pair, 31, "second")
        pair.cut()
        admin.must("member", "add", "kept", "lost@kept.test")
        web.sync_once()
        before = web.members("kept")
        check.that("lost@kept.test" in before and "lost@kept.test" not in second.members("kept"), "who has what before")
        pair.fail_over()
        for host in (admin, web):
            _has_stopped(host)
            check.equal(host.members("kept"), before, f"who is there on {host.name}")
        said = admin.must("member", "add", "kept", "more@kept.test", wants=1)
        check.contains(said, "is none of this fleet", "a change on a host that has stopped")
        second.sync_once()
        check.equal(sorted(second.members("kept")), ["ann@kept.test", "boss@kept.test"], "who is there where nothing was lost")
        second.must("member", "add", "kept", "new@kept.test")  # by the number of what was lost
        second.sync_once()
        _has_stopped(web)
        check.equal(web.members("kept"), before, "who is there")


def a_synchronous_standby_has_whatever_a_host_has(fleet):
    with _Pair(synchronous=True) as pair:
        admin, web = _fleet(pair, 32)
        with web.following():
            admin.must("member", "add", "kept", "last@kept.test")
            check.soon(lambda: "last@kept.test" in web.members("kept"), "it is on the other host")
            pair.fail_over()
            admin.must("member", "add", "kept", "next@kept.test")
            check.soon(lambda: "next@kept.test" in web.members("kept"), "it follows the standby", check.HANG_S)
        for host in (admin, web):
            host.sync_once()
            status = host.shown("fleet", "status")
            check.equal((status["engine"], status["behind"], status["stopped"]), ("answers", 0, None), f"the status of {host.name}")
        check.equal(web.members("kept").keys(), admin.members("kept").keys(), "who is there")


def what_a_synchronous_standby_did_not_take_is_on_no_host(fleet):
    with _Pair(synchronous=True) as pair:
        admin, web = _fleet(pair, 33)
        with web.following():
            check.soon(lambda: web.shown("fleet", "status")["caught_up_at"], "it follows")
            pair.cut()
            admin.must("member", "add", "kept", "never@kept.test", wants=1)
            pair.await_value("SELECT wait_event FROM pg_stat_activity WHERE wait_event = 'SyncRep'", "SyncRep")
            check.equal(web.shown("fleet", "status")["behind"], 0, "what there is to take over")
            for host in (admin, web):
                check.that("never@kept.test" not in host.members("kept"), f"it is on {host.name} all the same")
            pair.fail_over()
            admin.must("member", "add", "kept", "next@kept.test")
            check.soon(lambda: "next@kept.test" in web.members("kept"), "it follows the standby", check.HANG_S)
        for host in (admin, web):
            host.sync_once()
            check.equal(sorted(host.members("kept")), ["ann@kept.test", "boss@kept.test", "next@kept.test"], f"who is on {host.name}")
            check.equal(host.shown("fleet", "status")["stopped"], None, f"the status of {host.name}")
