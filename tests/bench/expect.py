# SPDX-License-Identifier: Apache-2.0
"""What is expected of our look-ups, judged by the figures of one run of nss.py."""

OURS = "ssoorg"
COMPARED = {"name": "by name", "uid": "by uid", "unknown": "unknown name", "initgroups": "groups of a user"}
MOST_NS = 3000
MOST_GROWTH = 1.2
LEAST_FASTER = 3
MOST_KIB = 64
MOST_BY_CALLS = 1.3


def median(cells, service, kind):
    return cells[service][kind]["median_ns"]


def best_by_ours(cells, kind):
    """How many times longer the fastest of the others takes."""
    best = min(median(cells, service, kind) for service in cells if service != OURS)
    return best / median(cells, OURS, kind)


def at_most(what, value, limit):
    return {"what": what, "value": round(value, 2), "limit": f"at most {limit}", "met": value <= limit}


def at_least(what, value, limit):
    return {"what": what, "value": round(value, 2), "limit": f"at least {limit}", "met": value >= limit}


def growth(sizes, kind):
    """Ours with the most people by ours with the fewest."""
    cells = list(sizes.values())
    return median(cells[-1], OURS, kind) / median(cells[0], OURS, kind)


def known_by_calls(sizes):
    """Ours by name by the system calls of that alone; the worst of all sizes."""
    return max(median(cells, OURS, "name") / median(cells, OURS, "calls") for cells in sizes.values())


def unknown_by_known(sizes, kind):
    """The worst of all sizes."""
    return max(median(cells, OURS, kind) / median(cells, OURS, "name") for cells in sizes.values())


def expectations(sizes):
    """SIZES: by number of people, smallest first, the cells of each service."""
    fewest, most = list(sizes)[0], list(sizes)[-1]
    memory = [cells[OURS]["memory"] for cells in sizes.values()]
    found = [at_most(f"{COMPARED[kind]}, {most} people, ns", median(sizes[most], OURS, kind), MOST_NS)
             for kind in ("name", "uid")]
    found.append(at_most("by name, by its system calls alone, worst size", known_by_calls(sizes), MOST_BY_CALLS))
    found += [at_most(f"{COMPARED[kind]}, {most} people by {fewest}", growth(sizes, kind), MOST_GROWTH)
              for kind in COMPARED]
    found += [at_least(f"{COMPARED[kind]}, the best other by ours, worst size",
                       min(best_by_ours(cells, kind) for cells in sizes.values()), LEAST_FASTER) for kind in COMPARED]
    found += [
        at_most("unknown name by known one, worst size", unknown_by_known(sizes, "unknown"), 1),
        at_most("unknown name at an org's domain by known one", unknown_by_known(sizes, "stranger"), 1),
        at_most("descriptors kept", max(m["descriptors"] for m in memory), 0),
        at_most("data files kept mapped", max(m["data_mappings"] for m in memory), 0),
        at_most("private memory gained, KiB", max(m["private_kib"] for m in memory), MOST_KIB),
    ]
    return found


def lines(found):
    """Each expectation and whether it is met, for nss.py and load.py."""
    yield f"{'Expected of ssoorg':52}{'is':>10}  {'expected':16}"
    for one in found:
        yield f"{one['what']:52}{one['value']:>10}  {one['limit']:16}{'met' if one['met'] else 'MISSED'}"
