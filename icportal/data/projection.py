"""Where a place falls on the map of Europe: Lambert azimuthal equal-area, centred on 10° E, 52° N.

The outlines in ``map_europe.svgpath`` are drawn with the same constants, so a dot and a coast agree.
A place outside the frame has no position: ``project`` returns ``None`` and the page names the city
in the list beside the map instead of squeezing it to the border.
"""

from math import cos, radians, sin, sqrt

WIDTH = 1000
HEIGHT = 811
VIEW_BOX = f"0 0 {WIDTH} {HEIGHT}"

_EARTH_RADIUS_KM = 6371.0
_CENTRE_LAT = radians(52.0)
_CENTRE_LON = radians(10.0)
_WEST_KM = -2350.0
_NORTH_KM = 2250.0
_KM_PER_PIXEL = 5.3
# Beyond this angle from the centre the projection still gives numbers, but no longer a map of Europe.
_FARTHEST_COSINE = 0.2


def project(lat: float, lon: float) -> tuple[float, float] | None:
    """Return the point in the coordinates of ``VIEW_BOX``, or ``None`` when it lies outside the frame."""
    point = project_unframed(lat, lon)
    if point is None:
        return None
    x, y = point
    if 0 <= x <= WIDTH and 0 <= y <= HEIGHT:
        return round(x, 1), round(y, 1)
    return None


def project_unframed(lat: float, lon: float) -> tuple[float, float] | None:
    """Return the point even outside the frame; ``None`` only for the far side of the globe."""
    phi, delta = radians(lat), radians(lon) - _CENTRE_LON
    cosine = sin(_CENTRE_LAT) * sin(phi) + cos(_CENTRE_LAT) * cos(phi) * cos(delta)
    if cosine < _FARTHEST_COSINE:
        return None
    scale = _EARTH_RADIUS_KM * sqrt(2.0 / (1.0 + cosine))
    east = scale * cos(phi) * sin(delta)
    north = scale * (cos(_CENTRE_LAT) * sin(phi) - sin(_CENTRE_LAT) * cos(phi) * cos(delta))
    return (east - _WEST_KM) / _KM_PER_PIXEL, (_NORTH_KM - north) / _KM_PER_PIXEL
