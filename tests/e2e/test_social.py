"""Social sign-in and joining: people who come by an account that belongs to no org, and choose theirs (POLICY V)."""
import contextlib

import check
import host
import login
import sshd
import zoos

DOMAIN = "nest.test"
PASSWORD = "guest-Lantern-31-quartz"
JOIN = r"Number, slug or (?:none|Enter to go on): "
MORE = r"Another, or Enter to go on: "


@contextlib.contextmanager
def _social(rig, *orgs):
    """A social connection, and orgs that people of the domain may join; nothing of it stays for other tests."""
    for org in orgs:
        rig.orgs.bare(org)
        host.ssoctl("org", "set", org, f"allowed-domains={DOMAIN}")
    host.ssoctl("social", "add", "nest", "--name", "Nest accounts", "--issuer", rig.idp.issuer, "--client-id", "ssoorg",
                "--ca-file", rig.ca, "--auth", "none")
    try:
        yield
    finally:
        host.ssoctl("social", "remove", "nest", "--yes")
        for org in orgs:
            host.ssoctl("org", "set", org, "allowed-domains=")


def _begins(rig, person, **how):
    terminal = login.Ssh(rig, person, **how)
    challenge = terminal.challenge()
    check.contains(challenge.text, "through Nest accounts as", "whose sign-in it is")
    return terminal, challenge


def _comes(rig, person, at, **how):
    """Signs in by the social account and answers the prompts AT: (pattern, what is typed)."""
    terminal, challenge = _begins(rig, person, **how)
    rig.idp.approve(challenge, person)
    first = True
    for pattern, typed in at:
        if first:
            terminal.enter_until(pattern)
        else:
            terminal.until(pattern)
        first = False
        terminal.send(typed)
    terminal.end(enter=False) if at else terminal.end()
    return terminal.text


def L14_V5_K8_somebody_new_is_shown_the_orgs_and_joins_them_one_after_the_other(rig):
    person = rig.person(DOMAIN)
    with _social(rig, "kite", "lark"):
        check.that(host.in_passwd(person) is None, "the person is known before the first login")
        text = _comes(rig, person, [(JOIN, "lark"), (MORE, "")])
        check.contains(text, r"1\) Kite \(kite\)", "the list")
        check.contains(text, r"gives you group lark", "what joining gives")
        check.contains(text, "sign in once more", "what sshd was told of kite's group leads to")
        check.that(not login.signed_in(text), "signed in with what sshd was told of a group that was not chosen")
        text = _comes(rig, person, [(JOIN, "none")])
        check.that(login.signed_in(text), f"not signed in: {check.shown(text)}")
        check.contains(text, r"groups=[^\n]*\(lark\)", "the groups")
        check.lacks(text, r"groups=[^\n]*\(kite\)", "the groups")
        row = host.members("lark")[person]
        check.equal((row["source"], row["role"]), ("sso", "viewer"), "the membership")
        text = _comes(rig, person, [(JOIN, "1"), (r"Active org \[\w+\]: ", "kite")])
        check.contains(text, r"SSOORG_ORG=kite", "the active org after joining it")
        check.contains(text, r"\(lark\)\S*\(kite\)|\(kite\)\S*\(lark\)", "the groups of both")
        events = [e["event"] for e in host.listed("audit", "kite") if e["login"] == person]
        check.equal(events, ["member.join"], "kite's audit trail of them")
        check.contains(host.ssoctl("account", "show", person).out, "social:nest: ", "the identity")
    check.that(person in host.members("lark"), "the membership went with the connection")


def N4_L14_a_newcomer_passes_AllowGroups_of_an_org_that_they_may_join(rig):
    person = rig.person(DOMAIN)
    with _social(rig, "kite"):
        server = rig.serve(sshd.Sshd(rig.folder, "nest", ["AllowGroups kite"]))
        text = _comes(rig, person, [(JOIN, "1")], sshd=server)
        server.stop()
        check.that(login.signed_in(text), f"not signed in: {check.shown(text)}")


def V6_L14_a_group_that_was_not_chosen_lets_nobody_in(rig):
    person = rig.person(DOMAIN)
    with _social(rig, "kite", "lark"):
        server = rig.serve(sshd.Sshd(rig.folder, "refused", ["AllowGroups kite"]))
        text = _comes(rig, person, [(JOIN, "lark"), (MORE, "")], sshd=server)
        check.that(not login.signed_in(text), "signed in by the group of an org that was not joined")
        terminal = login.Ssh(rig, person, sshd=server)
        text = terminal.end()
        server.stop()
        check.that(not login.signed_in(text), "signed in the second time")
        check.equal([row["org"] for row in host.listed("member", "list") if row["login"] == person], ["lark"], "their orgs")


def V5_with_no_org_chosen_nothing_is_stored_but_audit(rig):
    with _social(rig, "kite"):
        for answers in ([(JOIN, "none")], [(JOIN, "9"), (JOIN, "all"), (JOIN, "")]):
            person = rig.person(DOMAIN)
            text = _comes(rig, person, answers)
            check.that(not login.signed_in(text), f"{answers} signed in")
            check.contains(text, "joined no organization", "what the person sees")
            check.that(host.in_passwd(person) is None, "an account was made")
            events = [e["event"] for e in host.listed("audit") if e["login"] == person]
            check.equal(events, ["sign-in.refused"], "the audit trail")


def V5_an_org_whose_name_looks_like_a_number_is_chosen_by_its_own(rig):
    with _social(rig, "kite", "lark"):
        host.ssoctl("org", "set", "lark", "name=1")
        try:
            person = rig.person(DOMAIN)
            text = _comes(rig, person, [(JOIN, "1"), (MORE, "")])
            check.contains(text, r"1\) Kite \(kite\)", "the list")
            check.contains(text, r"2\) 1 \(lark\)", "the list")
            check.that(person in host.members("kite") and person not in host.members("lark"), "number 1 is kite")
            person = rig.person(DOMAIN)
            _comes(rig, person, [(JOIN, "2"), (MORE, "")])
            check.that(person in host.members("lark") and person not in host.members("kite"), "number 2 is lark")
        finally:
            host.ssoctl("org", "set", "lark", "name=Lark")


def V1_S2_an_address_that_is_not_proven_or_anothers_is_refused(rig):
    with _social(rig, "kite"):
        for person, who, words in (("unproven@" + DOMAIN, None, "not verified"),
                                   ("unsaid@" + DOMAIN, None, "not verified"),
                                   (rig.person(DOMAIN), rig.person(DOMAIN), "somebody else")):
            terminal, challenge = _begins(rig, person)
            rig.idp.approve(challenge, who or person)
            text = terminal.end()
            check.that(not login.signed_in(text), f"{person} signed in")
            check.contains(text, words, f"what {person} sees")
            check.that(host.in_passwd(person) is None, f"{person} has an account")


def V3_whom_an_enforcing_org_governs_is_never_offered_it(rig):
    rig.orgs.acme()
    person = rig.person()
    with _social(rig, "kite"):
        host.ssoctl("org", "set", "kite", f"allowed-domains={DOMAIN} acme.test")
        text = login.signs_in(rig, person)  # V7: without effect while acme has the domain
        check.lacks(text, "Nest accounts", "the prompt")
        check.lacks(text, "You may join", "the prompts")
        check.that(person not in host.members("kite"), "they are in the other org")


def V4_L9_a_guest_has_one_list_of_ways_and_the_password_in_it(rig):
    rig.orgs.open()
    guest = f"g{rig.person(DOMAIN)}"
    host.ssoctl("member", "add", "open", guest)
    host.set_password(guest, PASSWORD)
    with _social(rig):
        terminal = login.Ssh(rig, guest)
        prompt = terminal.password_prompt()
        check.contains(prompt, "Number, or password: ", "the prompt")
        check.contains(terminal.text, r"1\) Nest accounts", "the list")
        terminal.send(PASSWORD)
        check.that(login.signed_in(terminal.end(enter=False)), f"the password: {check.shown(terminal.text)}")
        terminal = login.Ssh(rig, guest)
        terminal.password_prompt()
        terminal.send("1")
        rig.idp.approve(terminal.challenge(), rig.person(DOMAIN))
        check.contains(terminal.end(), "somebody else", "another's social account")
        terminal = login.Ssh(rig, guest, options=("-o", "NumberOfPasswordPrompts=1"))
        for _ in range(3):
            terminal.password_prompt()
            terminal.send("")
        check.contains(terminal.end(enter=False), "Nothing that was listed was chosen", "after nothing three times")


def V5_S8_an_account_that_was_used_is_linked_beside_its_password(rig):
    rig.orgs.open()
    person = rig.person(DOMAIN)
    host.ssoctl("member", "add", "open", person)
    host.set_password(person, PASSWORD)
    login.by_password(rig, person, PASSWORD)
    with _social(rig):
        for typed, signed in (("not-" + PASSWORD, False), (PASSWORD, True)):
            terminal = login.Ssh(rig, person)
            terminal.password_prompt()
            terminal.send("1")
            rig.idp.approve(terminal.challenge(), person)
            terminal.enter_until(r"type the password of account [^\n]*: ")
            terminal.send(typed)
            text = terminal.end(enter=False)
            check.equal(login.signed_in(text), signed, f"signed in with {typed!r}")
        text = _comes_back(rig, person)
        check.that(login.signed_in(text), "the linked account does not sign in alone")
        host.ssoctl("social", "unlink", "nest", person)
        check.lacks(host.ssoctl("account", "show", person).out, "social:nest", "what is linked")
        check.contains(_comes_back(rig, person), "type the password of account", "what an unlinked one is asked")
        check.contains(host.ssoctl("social", "unlink", "nest", person).text, "had no identity there", "a second time")


def _comes_back(rig, person):
    terminal = login.Ssh(rig, person)
    terminal.password_prompt()
    terminal.send("1")
    rig.idp.approve(terminal.challenge(), person)
    return terminal.end()


def V7_public_domains_are_refused_and_others_folded(rig):
    rig.orgs.bare("kite")
    for typed, words in (("gmail.com", "a public mail domain"), ("co.uk", "a public suffix"), ("a_b", "no domain"),
                         ("nest.test co.uk", "a public suffix")):
        said = host.ssoctl("org", "set", "kite", f"allowed-domains={typed}", wants=3 if "public" in words else 2)
        check.contains(said.err, words, f"what is said of {typed}")
    host.ssoctl("org", "set", "kite", "allowed-domains=Nest.TEST  b\u00fccher.test nest.test")
    shown = host.listed("org", "show", "kite")["allowed_domains"]
    check.equal(shown, ["nest.test", "xn--bcher-kva.test"], "the domains")
    check.contains(host.ssoctl("org", "show", "kite").out, r"nest\.test xn--bcher-kva\.test", "the domains as text")
    host.ssoctl("org", "set", "kite", 'allowed-domains=["b.test", "A.test"]')
    check.equal(host.listed("org", "show", "kite")["allowed_domains"], ["b.test", "a.test"], "the domains from JSON")
    for typed in ('["a.test"', '["a.test", 1]', '[["a.test"]]', '["a.test b.test"]', '["a.test"] x', '{"a.test": 1}'):
        host.ssoctl("org", "set", "kite", f"allowed-domains={typed}", wants=2)
    host.ssoctl("org", "set", "kite", "allowed-domains=")


def L14_without_a_way_to_come_a_stranger_is_not_ours(rig):
    rig.orgs.bare("kite")
    person = rig.person(DOMAIN)
    host.ssoctl("org", "set", "kite", f"allowed-domains={DOMAIN}")
    check.equal(host.listed("why", person)["row"], "L1", "the row without a social connection")
    with _social(rig, "kite"):
        check.equal(host.listed("why", person)["row"], "L14", "the row with one")


def W7_social_connections_are_shown_changed_and_tested(rig):
    with _social(rig):
        row = host.listed("social", "show", "nest")
        check.equal((row["title"], row["issuer"], row["secret_set"]), ("Nest accounts", rig.idp.issuer, False), "the row")
        check.equal([r["name"] for r in host.listed("social", "list")], ["nest"], "the list")
        host.ssoctl("social", "set", "nest", "--name", "Nests")
        check.equal(host.listed("social", "show", "nest")["title"], "Nests", "the new title")
        host.ssoctl("social", "test", "nest", "--no-signin")
        check.contains(host.ssoctl("social", "add", "nest", "--issuer", rig.idp.issuer, "--client-id", "x", wants=1).err,
                       "is there already", "a second of the name")
        host.ssoctl("social", "add", "ms", "--preset", "microsoft", "--client-id", "x")
        check.contains(host.listed("social", "show", "ms")["issuer"], "9188040d-6c67-4c5b-b112-36a304b66dad/v2.0", "Microsoft's")
        host.ssoctl("social", "remove", "ms", "--yes")
        for name in ("linkedin", "apple", "facebook"):
            said = host.ssoctl("social", "add", name, "--preset", name, "--client-id", "x", wants=2).err
            check.contains(said, "no device authorization grant", f"what is said of {name}")
        for name in ("", "-x", "A", "a/b", "x" * 40):
            host.ssoctl("social", "add", "--issuer", rig.idp.issuer, "--client-id", "x", "--auth", "none", "--", name, wants=2)
        for words in (("show", "none"), ("set", "none", "--name", "x"), ("test", "none"), ("remove", "none", "--yes")):
            host.ssoctl("social", *words, wants=4)


@contextlib.contextmanager
def _github(zoo, provider, *words):
    rigs = ("kite",)
    for org in rigs:
        host.ssoctl("org", "set", org, f"allowed-domains={DOMAIN}")
    with zoo.known():
        host.ssoctl("social", "add", "gh", "--name", "GitHub", "--preset", "github", *words, "--client-id",
                    zoos.CLIENT_ID, "--ca-file", zoo.ca)
        try:
            yield
        finally:
            host.ssoctl("social", "remove", "gh", "--yes")
            for org in rigs:
                host.ssoctl("org", "set", org, "allowed-domains=")


def _by_github(rig, zoo, provider, person, says=None, who=None):
    """Signs in at GitHub; what SAYS answers at the list of orgs."""
    before = zoo.codes(provider)
    terminal = login.Ssh(rig, person)
    code = zoo.new_code(provider, before, gone=lambda: not terminal.child.isalive())
    terminal.until(zoos.ENTER)
    check.contains(terminal.text, "through GitHub as", "whose sign-in it is")
    zoo.control.answer(code, "approve", who or person)
    if says is not None:
        terminal.enter_until(JOIN)
        terminal.send(says)
    return terminal.end(enter=says is None)


def V1_L14_somebody_comes_by_github_and_joins(rig):
    zoo = zoos.of(rig)
    rig.orgs.bare("kite")
    for provider, words in (("github", ()), ("github-enterprise", ("--host", "github.zoo.test"))):
        person = rig.person(DOMAIN)
        with _github(zoo, provider, *words):
            host.ssoctl("social", "test", "gh", "--no-signin")
            text = _by_github(rig, zoo, provider, person, "kite")
            check.that(login.signed_in(text), f"{provider}: not signed in: {check.shown(text)}")
            check.contains(text, r"groups=[^\n]*\(kite\)", "the groups")
            check.contains(host.ssoctl("account", "show", person).out, r"social:gh: \d{8} ", "the account's number")
            check.that(login.signed_in(_by_github(rig, zoo, provider, person)), f"{provider}: not the second time")
            for wrong, words_of_it in (("unverified-mail", "not verified"), ("words-for-true", "not verified"),
                                       ("no-primary", "did not say your email"), ("two-primary", "was not accepted|cannot be"),
                                       ("string-id", ""), ("emails-object", "")):
                with zoo.wrong(provider, wrong):
                    other = rig.person(DOMAIN)
                    text = _by_github(rig, zoo, provider, other)
                    check.that(not login.signed_in(text) and host.in_passwd(other) is None, f"{wrong}: signed in")
                    if "verified" in words_of_it or "email" in words_of_it:
                        check.contains(text, words_of_it, f"what is said of {wrong}")
    with _github(zoo, "github"):
        for option, value in (("--issuer", "https://x.test"), ("--auth", "none"), ("--scopes", "openid")):
            said = host.ssoctl("social", "set", "gh", option, value, wants=2).err
            check.contains(said, "means nothing for GitHub", f"what is said of {option}")


def S8_V5_the_same_address_by_another_social_account_is_refused(rig):
    zoo = zoos.of(rig)
    person = rig.person(DOMAIN)
    with _social(rig, "kite"):
        text = _comes(rig, person, [(JOIN, "1")])
        check.that(login.signed_in(text), "not signed in by the first")
        with _github(zoo, "github"):
            before = zoo.codes("github")
            terminal = login.Ssh(rig, person)
            terminal.until(r"Number \[1\]: ")
            check.contains(terminal.text, r"1\) GitHub\s+2\) Nest accounts", "the ways")
            terminal.send("1")
            zoo.control.answer(zoo.new_code("github", before), "approve", person)
            text = terminal.end()
            check.that(not login.signed_in(text), "signed in by the second")
            check.contains(text, "link", "what the person sees")


@contextlib.contextmanager
def _microsoft(zoo, *words):
    host.ssoctl("org", "set", "kite", f"allowed-domains={DOMAIN}")
    with zoo.known():
        host.ssoctl("social", "add", "ms", "--name", "Microsoft", *words, "--client-id", zoos.CLIENT_ID, "--ca-file", zoo.ca)
        try:
            yield
        finally:
            host.ssoctl("social", "remove", "ms", "--yes")
            host.ssoctl("org", "set", "kite", "allowed-domains=")


def _by_microsoft(rig, zoo, provider, person, says=None):
    before = zoo.codes(provider)
    terminal = login.Ssh(rig, person)
    code = zoo.new_code(provider, before, gone=lambda: not terminal.child.isalive())
    terminal.until(zoos.ENTER)
    zoo.control.answer(code, "approve", person)
    if says is not None:
        terminal.enter_until(JOIN)
        terminal.send(says)
    return terminal.end(enter=says is None)


def V1_L14_somebody_comes_by_their_own_microsoft_account(rig):
    zoo = zoos.of(rig)
    rig.orgs.bare("kite")
    person = rig.person(DOMAIN)
    with _microsoft(zoo, "--preset", "microsoft"):
        text = _by_microsoft(rig, zoo, "microsoft", person, "kite")
        check.that(login.signed_in(text), f"not signed in: {check.shown(text)}")
        check.that(login.signed_in(_by_microsoft(rig, zoo, "microsoft", person)), "not the second time")
        for wrong in ("unverified-mail", "edov-false"):
            with zoo.wrong("microsoft", wrong):
                other = rig.person(DOMAIN)
                text = _by_microsoft(rig, zoo, "microsoft", other)
                check.contains(text, "not verified", f"what is said of {wrong}")
                check.that(host.in_passwd(other) is None, f"{wrong}: an account was made")


def V1_of_a_tenant_microsofts_word_counts_and_nothing_else(rig):
    zoo = zoos.of(rig)
    rig.orgs.bare("kite")
    person = rig.person(DOMAIN)
    with _microsoft(zoo, "--preset", "entra", "--tenant", "5d9a2f0e-3b57-4c1a-9a55-2f6c1d3e8b70"):
        for wrong in (None, "unverified-mail", "edov-word", "edov-number"):
            with zoo.wrong("entra", *([wrong] if wrong else [])):
                text = _by_microsoft(rig, zoo, "entra", person)
                check.contains(text, "not verified", f"what is said of {wrong}")
        with zoo.wrong("entra", "edov"):
            text = _by_microsoft(rig, zoo, "entra", person, "kite")
            check.that(login.signed_in(text), f"not signed in: {check.shown(text)}")


def V1_L14_somebody_comes_by_the_other_presets(rig):
    """Google, whose client has a secret, and GitLab, which publishes no device endpoint."""
    zoo = zoos.of(rig)
    rig.orgs.bare("kite")
    for provider, words in (("google", ("--preset", "google", "--client-secret-file", zoo.secret_file)),
                            ("gitlab", ("--preset", "gitlab"))):
        person = rig.person(DOMAIN)
        with _microsoft(zoo, *words):
            host.ssoctl("social", "test", "ms", "--no-signin")
            text = _by_microsoft(rig, zoo, provider, person, "kite")
            check.that(login.signed_in(text), f"{provider}: not signed in: {check.shown(text)}")
            with zoo.wrong(provider, "unverified-mail"):
                other = rig.person(DOMAIN)
                check.contains(_by_microsoft(rig, zoo, provider, other), "not verified", f"what {provider} leads to")
                check.that(host.in_passwd(other) is None, f"{provider}: an account was made")
