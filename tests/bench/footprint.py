# SPDX-License-Identifier: Apache-2.0
"""What a running program takes."""
import pathlib


def anonymous_kib(pid):
    """Its anonymous memory, 0 once it has ended."""
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0
