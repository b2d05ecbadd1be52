"""sanitized.py BUILD: whether each program and module of the build has the address sanitizer in it.

Names those that have not, and exits with 1 if there is one, or if there are none at all.
"""
import json
import pathlib
import subprocess
import sys

KINDS = ("executable", "shared module", "shared library")


def programs_of(build):
    said = subprocess.run(["meson", "introspect", "--targets", build], stdout=subprocess.PIPE, check=True).stdout
    targets = [target for target in json.loads(said) if target["type"] in KINDS]
    return [pathlib.Path(path) for target in targets for path in target["filename"]]


def is_sanitized(path):
    if not path.exists():
        return False
    return b"__asan_init" in subprocess.run(["nm", "-a", path], stdout=subprocess.PIPE, check=True).stdout


def main(build):
    programs = programs_of(build)
    without = [path for path in programs if not is_sanitized(path)]
    for path in without:
        print(f"{path}: is not there, or without the address sanitizer")
    return 0 if programs and not without else 1


sys.exit(main(sys.argv[1]))
