# SPDX-License-Identifier: Apache-2.0
"""What the manual pages, the sources and the help of ssoctl say."""
import pathlib
import re
import subprocess

TOP = pathlib.Path(__file__).resolve().parents[1]
COMMAND_PAGES = ("ssoctl.8", *(f"ssoctl-{noun}.8" for noun in ("account", "apply", "audit", "domain", "fleet", "host", "idp", "member",
                                                                 "org", "social")))
PAGES = ("nss_ssoorg.8", "pam_ssoorg.8", *COMMAND_PAGES, "ssoorg.7", "ssoorg-fleet.7", "ssoorg.conf.5", "ssoorg-policy.7", "ssoorg-providers.7",
         "ssoorg-rescue.7")
EVERYWHERE = {"--json", "--yes", "--help", "--version", "--store", "--config"}
OF_LISTS = {"--jsonl", "--wide", "--columns"}
DRY_RUN = "--dry-run"


def said(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def read(path):
    return (TOP / path).read_text()


def sources(folder):
    return "".join(path.read_text() for path in sorted((TOP / "common" / folder).glob("*.c")))


def words(text):
    return re.sub(r"\s+", " ", text)


def rendered(page):
    """The page as plain words on one line; hyphens as typed."""
    text = said("mandoc", "-T", "ascii", "-O", "width=500", str(TOP / "man" / page))
    return words(re.sub(r".\x08", "", text))


def entries(page):
    """The macro line of each ".It" of a page, continued lines joined, with the section it is in."""
    section = ""
    for line in read(f"man/{page}").replace("\\\n", " ").splitlines():
        if line.startswith((".Sh ", ".Ss ")):
            section = line[4:]
        elif line.startswith(".It "):
            yield section, line[4:]


def tags(page, section, macro):
    """The words that the entries of one section are about."""
    lines = (line for where, line in entries(page) if where == section)
    return [word for line in lines if line.startswith(macro + " ")
            for word in re.split(rf"[ ,]+(?:{macro} )?", line[len(macro) + 1:]) if word]


def strings(literal):
    """C's string literals, put together."""
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literal))


class Command:
    """One command as --help has it."""

    def __init__(self, ssoctl, name):
        self.name = name
        text = said(ssoctl, *name.split(), "--help")
        self.usage = text.splitlines()[0].removeprefix("Usage: ")
        self.takes = dict(re.findall(r"^  (--[a-z-]+)(?: (\S+))?$", text, re.M))
        self.explained = set(re.findall(r"^  (--[a-z-]+).*\n {8}\S", text, re.M))

    def own(self):
        return set(self.takes) - EVERYWHERE - OF_LISTS - {DRY_RUN}


def commands(ssoctl):
    for line in said(ssoctl, "--help").splitlines():
        found = re.match(r"  ssoctl (\S+(?: [a-z]+(?=\s))?)(?: [\[A-Z]| [a-z]+\||  )", line)
        if found:
            yield Command(ssoctl, found.group(1))


def documented_commands():
    """Each command of ssoctl's pages with its page and the options of its entry."""
    for page in COMMAND_PAGES:
        for _, line in entries(page):
            found = re.match(r"Nm (?:ssoctl )?Cm ([a-z]+(?: [a-z]+)?)(?= [A-Z]|$)", line)
            if found:
                yield found.group(1), page, {"-" + option for option in re.findall(r"Fl (-[a-z-]+)", line)}


def nouns_of_pages():
    """The nouns that ssoctl.8 says are in each of the other pages."""
    text = read("man/ssoctl.8").split(".Sh COMMANDS\n")[1].split("\n.El")[0]
    for page, nouns in re.findall(r"^\.It Xr (\S+) 8\n(?:.*\n)\.Cm (.*)", text, re.M):
        yield from ((noun, f"{page}.8") for noun in nouns.split(" , "))


def commands_of(text):
    """The words behind ssoctl in each command of a part of a page, continued lines joined."""
    text = re.sub(r"\\e\n *", "", text).replace("\\(dq", '"')
    return re.findall(r"^(?:\.Pq )?(?:\.?Ql )?ssoctl ([a-z].*?)(?: [.,])*$", text, re.M)


def options_of(command):
    return set(re.findall(r"(?<!\S)--[a-z-]+", command))


def illegal(line, known):
    """Why no ssoctl takes these words; "" if it does."""
    name = next((n for n in known if line == n or line.startswith(n + " ")), None)
    if name is None:
        return f"{line}: no such command"
    return ", ".join(f"{name} {option}" for option in sorted(options_of(line) - set(known[name].takes)))
