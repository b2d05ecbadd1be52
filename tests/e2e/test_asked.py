"""K9: providers are asked again whether a person is still theirs, at a login by key."""
import pathlib
import ssl
import urllib.error
import urllib.parse
import urllib.request

import asking
import check
import host
import keys
import login
import processes

ORG = "asked"
HOME = "asked.test"


def _asked(rig):
    return asking.of(rig, ORG, HOME)


def K9_a_key_counts_as_long_as_the_provider_knows_the_person(rig):
    there = _asked(rig)
    person, key = there.person()
    check.equal(there.asked(person), "never", "before anybody was asked")
    with there.live():
        there.lets_in(person, key, "a key of somebody whom the provider knows")
        check.equal(there.asked(person), "answered", "afterwards")
        text = login.Ssh(rig, person, method="publickey", key=key).end(enter=False)
        check.contains(text, rf"\({ORG}\)", "its groups")


def K9_who_is_deleted_at_the_provider_is_out_by_key_until_the_next_sign_in(rig):
    there = _asked(rig)
    person, key = there.person()
    log = rig.log()
    there.idp.forget(person)
    try:
        with there.live("live:12h"):
            there.refuses(person, key, "does not stand for you any more", "a key of somebody who was deleted")
            check.equal(there.asked(person), "refused", "what is known")
            check.contains(log.text(), "invalid_grant", "the log")
            before = _token_requests(rig)
            there.refuses(person, key, "does not stand for you any more", "the same once more")
            check.equal(_token_requests(rig), before, "requests for somebody who was refused")
            events = [row for row in host.listed("audit", ORG) if row["event"] == "refresh" and row["login"] == person]
            check.equal([row["row"] for row in events], ["K9"], "the audit")
            check.contains(events[0]["detail"], "refused: .*invalid_grant", "the audit")
            check.equal(host.listed("why", person)["key_alone"], "refused", "why")
            check.that(person not in [row["email"] for row in host.listed("member", "list", ORG, "--gone")],
                       "gone within a day")
            there.idp.forget()
            there.refuses(person, key, "does not stand for you any more", "a key before the next sign-in")
            there.sign_in(person)
            there.lets_in(person, key, "a key after the next sign-in")
    finally:
        there.idp.forget()


def K9_a_token_that_was_replaced_is_followed(rig):
    there = _asked(rig)
    person, key = there.person()
    with there.live():
        for _ in range(2):  # a sign-in between them, since a word of the provider serves for a minute
            before = set(_secrets(rig))
            there.lets_in(person, key, "a key")
            check.that(len(set(_secrets(rig)) - before) >= 3, "the provider replaced no token: this sees nothing")
            there.sign_in(person)


def K9_a_provider_that_cannot_be_reached_says_nothing(rig):
    there = _asked(rig)
    person, key = there.person()
    with there.live(), there.hung():
        there.refuses(person, key, "could not say whether your key still counts", "a key while the provider hangs")
        check.equal(there.asked(person), "no-answer", "what is known")
        host.ssoctl("org", "set", ORG, "keys=live:12h")
        there.lets_in(person, key, "a key soon after a sign-in, while the provider hangs")
        host.ssoctl("org", "set", ORG, "keys=live:60s")
    with there.live():
        there.lets_in(person, key, "a key once the provider answers again")


def K9_a_provider_that_is_stopped_says_nothing(rig):
    there = _asked(rig)
    person, key = there.person()
    there.idp.stop()
    try:
        with there.live():
            there.refuses(person, key, "could not say whether your key still counts", "a key without a provider")
        with there.live("live:12h"):
            there.lets_in(person, key, "a key soon after a sign-in, without a provider")
    finally:
        there.idp.start()
    with there.live("live:12h"):  # it remembers nothing: no token is good any more
        there.refuses(person, key, "does not stand for you any more", "a key that the provider does not know")
    there.sign_in(person)


def K9_of_two_orgs_the_one_whose_provider_hangs_stays_closed(rig):
    both = (_asked(rig), asking.of(rig, "hanging", "hanging.test"))
    guest = asking.guest_of(rig, both)
    key = keys.give_key(rig, guest)
    with both[0].live(), both[1].live():
        with both[1].hung():
            text = both[0].by_key(guest, key)
            check.that(login.signed_in(text), f"a key that one of two providers knows: {check.shown(text)}")
            check.contains(text, rf"\({ORG}\)", "the groups")
            check.lacks(text, r"\(hanging\)", "the groups")
            check.equal([there.asked(guest) for there in both], ["answered", "no-answer"], "what is known")
        text = both[0].by_key(guest, key)
        check.contains(text, r"\(hanging\)", "the groups once it answers again")


def K9_an_answer_that_was_lost_means_to_sign_in_again_and_nothing_else(rig):
    there = _asked(rig)
    person, key = there.person()
    there.idp.fault("late-tokens")  # it has replaced the token, and nobody hears of it
    try:
        with there.live("live:12h"):
            there.lets_in(person, key, "a key while the answer is late")
            check.equal(there.asked(person), "no-answer", "what is known")
            there.idp.fault("")
            there.refuses(person, key, "does not stand for you any more", "a key with the old token")
            check.equal(there.asked(person), "sign-in-again", "what is known then")
            there.sign_in(person)
            there.lets_in(person, key, "a key after the next sign-in")
    finally:
        there.idp.fault("")


def K9_an_answer_that_cannot_be_verified_opens_nothing(rig):
    there = _asked(rig)
    person, key = there.person()
    there.idp.fault("half-id-token")
    try:
        with there.live("live:12h"):
            there.refuses(person, key, "could not say", "a key with an ID token that is cut")
            check.equal(there.asked(person), "unsound", "what is known")
    finally:
        there.idp.fault("")


def K9_where_there_is_no_ID_token_userinfo_says_who_it_is(rig):
    there = _asked(rig)
    person, key = there.person()
    there.idp.fault("no-id-token")
    try:
        with there.live():
            there.lets_in(person, key, "a key without an ID token")
            check.equal(there.asked(person), "answered", "what is known")
    finally:
        there.idp.fault("")


def K9_a_person_who_comes_eight_times_at_once_is_let_in_each_time(rig):
    there = _asked(rig)
    person, key = there.person()
    with there.live():
        terminals = [login.Ssh(rig, person, method="publickey", key=key) for _ in range(8)]
        texts = [terminal.end(enter=False) for terminal in terminals]
        check.equal([login.signed_in(text) for text in texts], [True] * len(texts), "who was let in")
        check.equal(there.asked(person), "answered", "what is known")


def K9_twenty_keys_of_five_people_at_once_are_decided_by_whose_they_are(rig):
    there = _asked(rig)
    people = [there.person() for _ in range(5)]
    gone = people[0][0]
    there.idp.forget(gone)
    try:
        with there.live("live:12h"):
            terminals = [(person, login.Ssh(rig, person, method="publickey", key=key))
                         for person, key in people for _ in range(4)]
            for person, terminal in terminals:
                check.equal(login.signed_in(terminal.end(enter=False)), person != gone, f"whether {person} got in")
            check.equal(there.asked(gone), "refused", "what is known of who is gone")
    finally:
        there.idp.forget()


def K9_the_command_for_keys_asks_nobody(rig):
    there = _asked(rig)
    person, key = there.person()
    public = pathlib.Path(f"{key}.pub").read_text().split()[1]
    command = next(line.split()[1] for line in keys.command_lines() if "AuthorizedKeysCommand " in line)
    with there.live():
        before = _token_requests(rig)
        check.contains(processes.must(command, person).out, public.replace("+", r"\+"), "the keys of who can be asked about")
        check.equal(_token_requests(rig), before, "requests")
        check.equal(there.asked(person), "never", "what is known")
        there.idp.forget(person)
        try:
            there.refuses(person, key, "does not stand for you", "a key of who was deleted")
            check.equal(processes.must(command, person).out.strip(), "", "the keys of who was refused")
        finally:
            there.idp.forget()


def K9_a_token_stolen_before_it_was_replaced_is_of_no_use_and_its_owner_signs_in_again(rig):
    there = _asked(rig)
    person = rig.person(HOME)
    before = set(_secrets(rig))
    there.sign_in(person)
    key = keys.give_key(rig, person)
    stolen = set(_secrets(rig)) - before
    with there.live("live:12h"):
        there.lets_in(person, key, "a key, for which the token is replaced")
        used = [token for token in stolen if _uses(there.idp, rig, token)]
        check.equal(used, [], "tokens from before that the provider takes")
        _forget_the_answer(person)
        there.refuses(person, key, "does not stand for you any more", "a key after the provider has seen a token twice")
        there.sign_in(person)
        there.lets_in(person, key, "a key after the next sign-in")


def K9_a_restore_keeps_the_tokens_that_took_the_place_of_its_own(rig):
    there = _asked(rig)
    person, key = there.person()
    path = pathlib.Path("/root/replaced.backup")
    try:
        host.ssoctl("backup", str(path), "--with-tokens")
        with there.live("live:12h"):
            there.lets_in(person, key, "a key, for which the token is replaced")
        host.ssoctl("restore", str(path), "--yes")
    finally:
        path.unlink(missing_ok=True)
    _forget_the_answer(person)
    check.equal(there.asked(person), "answered", "what is known then")
    with there.live():
        there.lets_in(person, key, "a key after the restore")


def K9_in_the_middle_of_an_upgrade_nobody_has_said_anything(rig):
    there = _asked(rig)
    helper, away = host.INSTALLED["oidc"], host.INSTALLED["oidc"].with_suffix(".dpkg-tmp")
    person, key = there.person()
    for put in (lambda: None, lambda: _put(helper, b""), lambda: _put(helper, b"#!/bin/sh\nexec cat\n")):
        helper.rename(away)
        try:
            put()
            with there.live():
                there.refuses(person, key, "could not say whether your key still counts", "a key without the helper")
            with there.live("live:12h"):
                there.lets_in(person, key, "a key soon after a sign-in, without the helper")
        finally:
            away.replace(helper)
    with there.live():
        there.lets_in(person, key, "a key after the upgrade")


def K9_a_backup_leaves_tokens_out_unless_it_is_told_to_take_them(rig):
    there = _asked(rig)
    there.person()
    path = pathlib.Path("/root/asked.backup")
    try:
        for options, wanted in (((), False), (("--with-tokens",), True)):
            host.ssoctl("backup", str(path), *options)
            data = path.read_bytes()
            found = [secret for secret in _secrets(rig) if secret.encode() in data]
            check.equal(bool(found), wanted, f"secrets of the provider in a backup {options}")
        check.that(not pathlib.Path("/var/lib/ssoorg/store.backup").exists(), "a folder was left")
    finally:
        path.unlink(missing_ok=True)
    listed = host.ssoctl("dump").out + host.ssoctl("idp", "show", ORG, "--json").out
    check.equal([secret for secret in _secrets(rig) if secret in listed], [], "secrets in dump and show")


def K9_offline_no_wipes_what_was_kept(rig):
    there = _asked(rig)
    person, key = there.person()
    check.equal(there.asked(person), "never", "while they are kept")
    host.ssoctl("idp", "set", ORG, "--offline", "no")
    try:
        check.equal(there.asked(person), None, "afterwards")
        check.equal(host.listed("idp", "show", ORG)["offline"], False, "idp show")
        with there.live("live:12h"):
            there.lets_in(person, key, "a key where nobody can be asked, soon after a sign-in")
        with there.live():
            there.refuses(person, key, "could not say", "a key where nobody can be asked")
    finally:
        host.ssoctl("idp", "set", ORG, "--offline", "yes", "--now")
    said = host.ssoctl("idp", "set", ORG, "--offline", "maybe", wants=2).err
    check.contains(said, "yes or no", "another word")


def K9_sudo_and_the_last_sign_in_take_nothing_from_an_answer(rig):
    there = _asked(rig)
    person, key = there.person()
    before = host.members(ORG)[person]["last_sign_in_at"]
    with there.live():
        there.lets_in(person, key, "a key")
    check.equal(host.members(ORG)[person]["last_sign_in_at"], before, "the last sign-in")


def K9_S16_who_is_in_no_required_group_any_more_is_out_by_key(rig):
    there = _asked(rig)
    person = rig.person(HOME)
    there.idp.say_groups(person, ["staff"])
    there.sign_in(person)
    key = keys.give_key(rig, person)
    host.ssoctl("org", "set", ORG, "required-groups=staff")
    try:
        there.sign_in(person)
        with there.live("live:12h"):
            there.lets_in(person, key, "a key of who is in a required group")
            there.sign_in(person)
            there.idp.say_groups(person, ["others"])
            there.refuses(person, key, "does not stand for you any more", "a key of who is in no required group")
            check.equal(there.asked(person), "refused", "what is known")
    finally:
        host.ssoctl("org", "set", ORG, "required-groups=none")
        there.idp.say_groups(person, None)


def _token_requests(rig):
    return (rig.folder / "secrets.requests").read_text().splitlines().count("token")


def _secrets(rig):
    path = rig.folder / "secrets"
    return path.read_text().splitlines() if path.exists() else []


def _uses(idp, rig, token):
    """Whether the provider takes this as a refresh token."""
    form = urllib.parse.urlencode({"grant_type": "refresh_token", "client_id": "ssoorg-offline", "refresh_token": token})
    context = ssl.create_default_context(cafile=rig.ca)
    try:
        with urllib.request.urlopen(f"{idp.issuer}/token", form.encode(), context=context) as answer:
            return answer.status == 200
    except urllib.error.HTTPError:
        return False


def _forget_the_answer(person):
    """A word of the provider serves for a minute: it is asked again for everybody."""
    host.ssoctl("account", "recheck", person, wants=None)


def _put(path, data):
    path.write_bytes(data)
    path.chmod(0o755)
