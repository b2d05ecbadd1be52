"""Steps of an upgrade across a schema step: from a store that the last version of the schema before wrote (earlier/make)."""
import ctypes
import json
import lzma
import os
import pathlib
import struct

import check
import host
import login
import processes
import system

HERE = pathlib.Path(__file__).resolve().parent / "earlier"
SCHEMA = 4
DATA = host.STORE / "data.mdb"
COPY = host.STORE / f"data.mdb.schema-{SCHEMA}"
NOTED = host.STORE.parent / "schema"
SAME = ("login", "email", "uid", "home", "shell", "status", "password", "orgs")
PERSON, OWNER, SUSPENDED = "p1@acme.test", "boss@example.org", "gone@acme.test"
READONLY = 0x20000  # of mdb_env_open() and mdb_txn_begin()
NOSUBDIR_READONLY_NOLOCK = 0x4000 | READONLY | 0x400000


def listed_then():
    return json.loads((HERE / f"schema-{SCHEMA}.json").read_text())


def written_then():
    return lzma.decompress((HERE / f"schema-{SCHEMA}.mdb.xz").read_bytes())


class Value(ctypes.Structure):
    _fields_ = [("size", ctypes.c_size_t), ("data", ctypes.c_void_p)]


def schema_of(path):
    """What the store in this file says itself."""
    lmdb = ctypes.CDLL("liblmdb.so.0")
    env, txn, table, value = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_uint(), Value()
    name = ctypes.create_string_buffer(b"schema", 6)
    key = Value(6, ctypes.cast(name, ctypes.c_void_p))
    calls = ((lmdb.mdb_env_create, ctypes.byref(env)), (lmdb.mdb_env_set_maxdbs, env, 64),
             (lmdb.mdb_env_open, env, os.fsencode(path), NOSUBDIR_READONLY_NOLOCK, 0o600),
             (lmdb.mdb_txn_begin, env, None, READONLY, ctypes.byref(txn)),
             (lmdb.mdb_dbi_open, txn, b"meta", 0, ctypes.byref(table)),
             (lmdb.mdb_get, txn, table, ctypes.byref(key), ctypes.byref(value)))
    for call, *arguments in calls:
        check.equal(call(*arguments), 0, f"what liblmdb answers for {path}")
    schema = struct.unpack("<Q", ctypes.string_at(value.data, value.size))[0]
    lmdb.mdb_txn_abort(txn)
    lmdb.mdb_env_close(env)
    return schema


def _purge(here):
    """With the homes: other people of the same names come, with other numbers."""
    here.apt("purge", *system.ALL)
    processes.must("rm", "-rf", *pathlib.Path("/home").glob("*@*"))


def an_upgrade_brings_a_store_of_the_schema_before_along_and_keeps_a_copy(here):
    # As the version that wrote it has left it. Its programs are not at hand: nothing of ours runs in between.
    NOTED.unlink()
    processes.must("rm", "-rf", *pathlib.Path("/home").glob("*@*"))
    here.install("earlier")
    for path in host.STORE.iterdir():
        path.unlink()
    DATA.write_bytes(written_then())
    DATA.chmod(0o600)
    host.MAP.unlink()
    check.equal((schema_of(DATA), NOTED.read_text()), (SCHEMA, f"{SCHEMA}\n"), "the schema, in the store and as noted")
    here.install("now")
    schema = int(NOTED.read_text())
    check.equal((schema_of(DATA), schema), (SCHEMA + 1, SCHEMA + 1), "the schema after it, in the store and as noted")
    check.equal((schema_of(COPY), host.mode_of(COPY)), (SCHEMA, "0600 0:0"), "schema and mode of the copy")


def everybody_of_that_store_is_there_as_before(here):
    then = listed_then()
    for what, words, columns in (("accounts", ("account", "list"), SAME), ("members", ("member", "list", "acme"), ("email", "role")),
                                 ("orgs", ("org", "list"), ("slug", "owner"))):
        was, now = ([[row[name] for name in columns] for row in rows] for rows in (then[what], host.listed(*words)))
        check.equal(now, was, what)
    check.equal(host.listed("domain", "list", "acme")[0]["domain"], "acme.test", "a domain")


def people_of_that_store_sign_in(here):
    system.wire("enable")
    check.soon(here.listens, "sshd does not listen after it was wired")
    system.local_people_get_in(here)
    password = listed_then()["password"]
    said = login.by_password(here, OWNER, password)[1]
    check.that(login.signed_in(said), f"the owner, by password: {check.shown(said)}")
    said = login.by_password(here, SUSPENDED, password)[1]
    check.that(not login.signed_in(said), f"somebody who was suspended got in: {check.shown(said)}")
    here.start_provider()
    host.ssoctl("idp", "set", "acme", "--issuer", here.idp.issuer, "--ca-file", here.ca)
    host.ssoctl("upgrade", "--yes")
    said = login.signs_in(here, PERSON)
    uid = next(row["uid"] for row in listed_then()["accounts"] if row["login"] == PERSON)
    check.contains(said, rf"uid={uid}\({PERSON}\)", "the number of a person")


def the_version_before_is_refused_once_the_store_is_of_this_one(here):
    said = here.install("earlier", wants=1)
    check.contains(said, rf"schema {SCHEMA + 1}, which this version \({SCHEMA}\) cannot read", "what is said")
    check.equal(processes.must("dpkg-query", "-W", "-f", "${Version} ${db:Status-Status}", "ssoorg").out,
                system.version_of("now") + " installed", "the version that stays")
    check.equal(schema_of(DATA), SCHEMA + 1, "the schema of the store")
    check.that(login.signed_in(login.by_password(here, OWNER, listed_then()["password"])[1]), "the owner does not get in any more")


def without_room_for_a_copy_an_upgrade_says_so_and_goes_on_later(here):
    """What cannot be kept is not changed: the package stays half configured, and configuring it again does the rest."""
    for path in host.STORE.iterdir():
        path.unlink()
    DATA.write_bytes(written_then())
    DATA.chmod(0o600)
    NOTED.write_text(f"{SCHEMA}\n")
    blocked = host.STORE / "data.mdb.copy"
    blocked.mkdir()
    result = processes.run("dpkg", "-i", next((system.DEBS / "now").glob("ssoorg_*.deb")))
    check.that(result.status != 0, f"configured without a copy: {check.shown(result.text)}")
    check.contains(result.text, "no copy can be kept", "what is said")
    check.equal((schema_of(DATA), NOTED.read_text()), (SCHEMA, f"{SCHEMA}\n"), "the schema, in the store and as noted")
    system.local_people_get_in(here)
    blocked.rmdir()
    processes.must("dpkg", "--configure", "-a")
    check.equal((schema_of(DATA), schema_of(COPY)), (SCHEMA + 1, SCHEMA), "the schema of the store, and of the copy")
    check.that(login.signed_in(login.by_password(here, OWNER, listed_then()["password"])[1]), "the owner does not get in")
    system.wire("disable")
    _purge(here)
    here.install("now")


STEPS = (an_upgrade_brings_a_store_of_the_schema_before_along_and_keeps_a_copy, everybody_of_that_store_is_there_as_before,
         people_of_that_store_sign_in, the_version_before_is_refused_once_the_store_is_of_this_one,
         without_room_for_a_copy_an_upgrade_says_so_and_goes_on_later)
