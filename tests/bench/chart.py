# SPDX-License-Identifier: Apache-2.0
"""Draws what nss.py found, with gnuplot."""
import os
import subprocess

PANELS = {"name": "one account by name", "initgroups": "groups of one user"}
COLOURS = {"files": "#7f7f7f", "extrausers": "#1f77b4", "cache": "#2ca02c", "db": "#9467bd", "ssoorg": "#d62728"}
LOOK = """
set terminal pngcairo size 1200,520 font "DejaVu Sans,11"
set multiplot layout 1,2
set logscale xy
set grid
set key top left
set xlabel "users"
set ylabel "median time"
set xrange [700:1400000]
set xtics ("1 000" 1e3, "10 000" 1e4, "100 000" 1e5, "1 000 000" 1e6)
set ytics ("1 us" 1e3, "10 us" 1e4, "100 us" 1e5, "1 ms" 1e6, "10 ms" 1e7, "100 ms" 1e8, "1 s" 1e9)
"""


def data(sizes, service, kind):
    points = "".join(f"{count} {cells[service][kind]['median_ns']}\n" for count, cells in sizes.items())
    return f"${service}_{kind} << END\n{points}END\n"


def draw(sizes, descriptor):
    """Writes a PNG to the descriptor, in the place of what its file held."""
    names = list(next(iter(sizes.values())))
    script = "".join(data(sizes, service, kind) for service in names for kind in PANELS) + LOOK
    for kind, title in PANELS.items():
        lines = [f"${name}_{kind} with linespoints lw 2 pt 7 lc rgb '{COLOURS[name]}' title '{name}'" for name in names]
        script += f"set title '{title}'\nplot {', '.join(lines)}\n"
    done = subprocess.run(["gnuplot"], input=script.encode(), capture_output=True, timeout=60, check=False)
    if done.returncode != 0 or not done.stdout:
        raise RuntimeError(f"gnuplot: {done.stderr.decode().strip()}")
    os.ftruncate(descriptor, 0)
    with os.fdopen(descriptor, "wb") as file:
        file.write(done.stdout)
