"""Completion in three shells, by the shells themselves."""
import re

import check
import host
import processes

# What is typed, and some of what must be offered for the last word.
CASES = ((["ssoctl", ""], {"org", "member", "whoami"}), (["ssoctl", "org", ""], {"create", "delete", "set"}),
         (["ssoctl", "enforcement", "set", "acme", ""], {"domains", "sso-only", "--yes"}),
         (["ssoctl", "idp", "set", "acme", "--auth", ""], {"none", "private_key_jwt"}),
         (["ssoctl", "member", "add", "acme", "x@y.test", "--r"], {"--role"}), (["ssoctl", "whoami", "--j"], {"--json"}))


def bash_completes_every_command(rig):
    script = host.ssoctl("completion", "bash").out
    for words, wanted in [*CASES, *_every_command()]:
        typed = " ".join(f"'{word}'" for word in words)
        offered = processes.must("bash", "-c", f"{script}\nCOMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}; _ssoctl; "
                                 'printf "%s\\n" "${COMPREPLY[@]}"').out.split()
        _has(offered, wanted, words)


def zsh_completes_as_bash_does(rig):
    script = host.ssoctl("completion", "zsh").out
    for words, wanted in CASES:
        before = words[-2]
        noun, verb = (words[1:] + ["", ""])[:2]
        offered = processes.must("zsh", "-f", "-c", f"compdef() {{ }}\n{script}\n"
                                 f"_ssoctl_words {len(words) - 1} '{noun}' '{verb}' '{before}'; echo $REPLY").out.split()
        _has(offered, wanted, words)


def fish_completes_nouns_verbs_and_options(rig):
    script = host.ssoctl("completion", "fish").out
    for words, wanted in CASES:
        line = " ".join(words)
        offered = processes.must("fish", "--no-config", "-c", f"{script}\ncomplete -C '{line}'").out.splitlines()
        options = {word for word in wanted if word.startswith("--")} if words[-1] == "" else set()
        _has([word.split("\t")[0] for word in offered], wanted - options, words)


def an_unknown_shell_is_said(rig):
    check.contains(host.ssoctl("completion", "csh", wants=2).err, "bash, zsh or fish", "what is said")


def _has(offered, wanted, words):
    check.that(wanted <= set(offered), f"for {' '.join(words)!r}: {sorted(wanted - set(offered))} is not in {offered[:40]}")


def _every_command():
    """Each command's options, as its help has them."""
    for line in host.ssoctl("--help").out.splitlines():
        words = re.match(r"  ssoctl ([a-z-]+)(?: ([a-z-]+)(?= |$))?", line)
        if words:
            name = [word for word in words.groups() if word and "|" not in word]
            options = set(re.findall(r"^  (--[a-z-]+)", host.ssoctl(*name, "--help").out, re.M))
            yield ["ssoctl", *name, ""], options if len(name) == 2 else set()
