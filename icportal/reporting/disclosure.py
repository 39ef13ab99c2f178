"""Counts that give nobody away: which hidden answers may be counted where the public reads (see ADR 11).

An answer is *hidden* when its city does not show it to the public. Hidden answers are counted in the sum over all cities
or nowhere: a group of cities counts what is shown by name. In that sum every hidden city can change places with every other
one, so nobody can tell one from the other as long as there are enough of them and they do not all say the same; and where
they all say the same, that nothing is counted does not tell what it is.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Name of a group: (breakdown, key), such as ("country", "FI").
Group = tuple[str, str]
#: Whatever a round says, a single city is never a group.
SMALLEST = 2


def may_be_counted(hidden: Mapping[str, int], smallest: int) -> bool:
    """Whether the sum of these hidden answers tells nothing of one city: enough of them, and not all alike."""
    told = [number for number in hidden.values() if number]
    return sum(told) >= max(smallest, SMALLEST) and len(told) > 1


def shown(sizes: Mapping[str, int], smallest: int) -> frozenset[str]:
    """The groups of one breakdown that are large enough to be shown, by how many cities answered in each.

    What is left out follows from the whole and the rest, so it has to be large enough together: a single small group takes
    the smallest of the others with it. An empty group has nothing to show and nothing to hide.
    """
    there = {key: size for key, size in sizes.items() if size}
    least = max(smallest, SMALLEST)
    out = {key for key, size in there.items() if size < least}
    rest = sorted((key for key in there if key not in out), key=lambda key: (there[key], key))
    while rest and 0 < sum(there[key] for key in out) < least:
        out.add(rest.pop(0))
    return frozenset(there) - out
