"""Newcomers who type alice and are alice@short.test (row L16)."""
import contextlib
import os
import pathlib

import check
import host
import login
import processes

ORG = "short"
DOMAIN = "short.test"
OTHER = "brief.test"
SETTING = pathlib.Path("/etc/ssoorg/ssoorg.conf.d/default-org.conf")
NOT_SET_UP = r"account isn't set up for this org"
SOMEBODY_ELSE = r"You signed in as somebody else"


def L16_is_off_by_default_and_elsewhere_than_at_the_default_org(rig):
    name = _name(rig)
    with _short(rig):
        host.ssoctl("org", "set", ORG, "login-form=email")
        _is_not_ours(rig, name)
        host.ssoctl("org", "set", ORG, "login-form=local-part")
        _is_ours(rig, name)
        SETTING.write_text("default-org = none\n")
        _is_not_ours(rig, name)
        SETTING.write_text("default-org = nosuchorg\n")
        _is_not_ours(rig, name)
        SETTING.unlink()  # auto: and many orgs of this host have a domain
        rig.orgs.gamma()
        _is_not_ours(rig, name)
        text = host.ssoctl("check", "--offline", wants=None).text
        check.contains(text, f"{ORG}: login-form=local-part has no effect", "what check says")


def L16_S11_a_newcomer_comes_under_a_short_name_and_keeps_it(rig):
    name = _name(rig)
    with _short(rig):
        check.that(host.in_passwd(name) is None, "any program is told of a name that nobody has")
        text = login.signs_in(rig, name, f"{name}@{DOMAIN}")
        check.contains(text, rf"uid=\d+\({name}\) gid=\d+\({name}\) groups=[^\n]*\({ORG}\)", "id")
        check.contains(text, f"HOME=/home/{name}\r", "the home")
        row = host.members(ORG)[f"{name}@{DOMAIN}"]
        check.equal((row["login"], row["source"]), (name, "sso"), "the member")
        check.contains(host.ssoctl("why", name).out, "L16|S11", "why")
        login.signs_in(rig, name, f"{name}@{DOMAIN}")
    _is_ours(rig, name, "the account of somebody who is there already is known by its name")
    login.signs_in(rig, name, f"{name}@{DOMAIN}")
    text = login.is_refused(rig, f"{name}@{DOMAIN}", f"{name}@{DOMAIN}", words=rf"Sign in as {name}\r")
    check.equal(_names(), _names() - {f"{name}@{DOMAIN}"}, "another account was made")
    check.lacks(text, "somebody else", "what is told to whom it is")


def L16_S11_at_the_console_too(rig):
    name = _name(rig)
    with _short(rig):
        terminal = login.console()
        terminal.send(name)
        rig.idp.approve(terminal.challenge(), f"{name}@{DOMAIN}")
        terminal.enter_until(r"[$] $")
        terminal.send("id; echo IS-END")
        terminal.until(r"\nIS-END|\rIS-END")
        terminal.send("exit")
        terminal._more()
        terminal.close()
        check.contains(terminal.text, rf"uid=\d+\({name}\)", "id")


def S13_a_short_name_is_never_given_to_somebody_else(rig):
    mine, other, elsewhere = _name(rig), _name(rig), rig.person("brief.test")
    before = _names()
    with _short(rig):
        login.is_refused(rig, mine, f"{other}@{DOMAIN}", words=SOMEBODY_ELSE)
        login.is_refused(rig, elsewhere.split("@")[0], elsewhere, words=SOMEBODY_ELSE)
        check.equal(_names(), before, "the accounts")
        # A name that begins or ends as the person's is another one.
        login.is_refused(rig, f"{mine}x", f"{mine}@{DOMAIN}", words=SOMEBODY_ELSE)
        login.is_refused(rig, mine[:-1] or "p", f"{mine}@{DOMAIN}", words=SOMEBODY_ELSE)
        check.equal(_names(), before, "the accounts")


def L16_two_domains_of_one_org_have_one_name_between_them(rig):
    first = _name(rig)
    with _short(rig):
        host.ssoctl("domain", "add", ORG, OTHER)
        host.ssoctl("domain", "verify", ORG, OTHER, "--by-hand", "test")
        try:
            login.signs_in(rig, first, f"{first}@{OTHER}")
            login.is_refused(rig, first, f"{first}@{DOMAIN}", words=SOMEBODY_ELSE)
            text = login.signs_in(rig, f"{first}@{DOMAIN}")
            check.contains(text, rf"uid=\d+\({first}@{DOMAIN}\)", "the other's account")
        finally:
            host.ssoctl("domain", "remove", ORG, OTHER, "--yes")


def S2_whoever_has_an_account_by_the_address_is_told_its_name(rig):
    name = _name(rig)
    with _short(rig):
        login.signs_in(rig, f"{name}@{DOMAIN}")
        before = _names()
        login.is_refused(rig, name, f"{name}@{DOMAIN}", words=rf"Sign in as {name}@{DOMAIN}\r")
        check.equal(_names(), before, "the accounts")


def L16_what_is_taken_on_this_host_is_not_given(rig):
    listed, org, homeless = _name(rig), _name(rig), _name(rig)
    with _short(rig), host.Kept("/etc/group"):
        before = _names()
        with open("/etc/group", "a", encoding="ascii") as file:
            file.write(f"leftover:x:64999:root,{listed}\n")
        login.is_refused(rig, listed, f"{listed}@{DOMAIN}", words=rf"Sign in as {listed}@{DOMAIN}\r")
        host.ssoctl("org", "create", org, "--name", "Named so", "--owner", f"boss-{org}@example.org")
        try:
            login.is_refused(rig, org, f"{org}@{DOMAIN}", words=rf"Sign in as {org}@{DOMAIN}\r")
        finally:
            host.ssoctl("org", "delete", org, "--yes")
        home = pathlib.Path("/home", homeless)
        home.mkdir()
        os.chown(home, 54321, 54321)
        login.is_refused(rig, homeless, f"{homeless}@{DOMAIN}", words=rf"Sign in as {homeless}@{DOMAIN}\r")
        check.equal(home.stat().st_uid, 54321, "whose home it is")
        check.equal(_names() - {f"boss-{org}@example.org"}, before, "the accounts")
    login.signs_in(rig, f"{listed}@{DOMAIN}")


def L16_N3_local_users_win(rig):
    name = _name(rig)
    with _short(rig):
        host.add_local_user(name, "local-Lantern-47-quartz")
        try:
            _is_not_ours(rig, name)
            _, text = login.by_password(rig, name, "local-Lantern-47-quartz")
            check.that(login.signed_in(text), f"the local user is not let in: {check.shown(text)}")
        finally:
            processes.must("userdel", "-r", name)


def L16_N3_where_another_service_may_have_users_there_are_no_short_names(rig):
    name = _name(rig)
    with _short(rig), host.Kept("/etc/nsswitch.conf") as services:
        text = services.read_text()
        services.write_text(text.replace("passwd:", "passwd: db ", 1))
        host.ssoctl("org", "set", ORG, "login-form=local-part")
        check.contains(host.ssoctl("why", name).out, r"row +L1\n", "why")
        _is_not_ours(rig, name)


def L16_names_that_strangers_guess_begin_nothing(rig):
    with _short(rig):
        for name in ("ubuntu", "systemd-x", "9lives"):
            _is_not_ours(rig, name)


def L0_a_short_name_in_capitals_is_told_so(rig):
    name = _name(rig)
    with _short(rig):
        check.contains(login.is_told(rig, name.upper()), "in lower case", "what is told")


def S10_S12_short_names_and_invites(rig):
    stranger, invited = _name(rig), _name(rig)
    with _short(rig, "invite-only"):
        before = _names()
        login.is_refused(rig, stranger, f"{stranger}@{DOMAIN}", words=NOT_SET_UP)
        check.equal(_names(), before, "the accounts")
        host.ssoctl("invite", "create", ORG, f"{invited}@{DOMAIN}", "--role", "admin")
        text = login.signs_in(rig, invited, f"{invited}@{DOMAIN}")
        check.contains(text, rf"uid=\d+\({invited}\)", "id")
        row = host.members(ORG)[f"{invited}@{DOMAIN}"]
        check.equal((row["login"], row["role"], row["source"]), (invited, "admin", "invitation"), "the member")
        check.lacks(host.ssoctl("invite", "list", ORG).out, invited, "the invites")


def S12_a_removed_account_does_not_come_back_under_its_other_name(rig):
    short, long = _name(rig), _name(rig)
    with _short(rig):
        login.signs_in(rig, short, f"{short}@{DOMAIN}")
        login.signs_in(rig, f"{long}@{DOMAIN}")
        for name in (short, f"{long}@{DOMAIN}"):
            host.ssoctl("account", "remove", name, "--yes")
        before = _names()
        for name in (short, long):
            login.is_refused(rig, name, f"{name}@{DOMAIN}", words=NOT_SET_UP)
            login.is_refused(rig, f"{name}@{DOMAIN}", words=NOT_SET_UP)
        check.equal(_names(), before, "the accounts")


def T_guesses_of_short_names_are_counted(rig):
    name = _name(rig)
    with _short(rig):
        terminal = login.Ssh(rig, name)
        terminal.challenge()
        terminal.close()
        check.that(any(name in row["subject"].split() for row in host.listed("throttle", "list")), "nobody counts it")


def _name(rig):
    return rig.person(DOMAIN).split("@")[0]


def _names():
    return {row["login"] for row in host.listed("account", "list")}


@contextlib.contextmanager
def _short(rig, mode="jit"):
    """The org is this host's default, and gives short names."""
    rig.orgs._once(ORG, lambda: rig.orgs.create(ORG, DOMAIN, "invite-only"))
    host.ssoctl("provisioning", "set", ORG, mode)
    SETTING.parent.mkdir(exist_ok=True)
    SETTING.write_text(f"default-org = {ORG}\n")
    host.ssoctl("org", "set", ORG, "login-form=local-part")
    try:
        yield
    finally:
        host.ssoctl("org", "set", ORG, "login-form=email")
        SETTING.unlink(missing_ok=True)
        host.ssoctl("throttle", "clear", "127.0.0.1")


def _is_ours(rig, name, why="a short name is not ours"):
    terminal = login.Ssh(rig, name)
    try:
        terminal.challenge()
    except check.Failed as error:
        raise check.Failed(f"{why}: {error}") from error
    finally:
        terminal.close()


def _is_not_ours(rig, name):
    prompt, text = login.by_password(rig, name, "whatever-1")
    check.lacks(prompt + text, r"https://|SSO", f"what {name} is shown")
