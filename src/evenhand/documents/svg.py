"""From Altair layers to a small, clean piece of SVG, through vl-convert: no browser and no JavaScript at the reader's.

Vega writes classes, roles, empty paths and hidden labels that a static picture does not need, and numbers its clip
paths by a counter that never restarts. All that goes, so that the same chart is the same bytes.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import Any

from evenhand.documents.chart import FONT, Plot
from evenhand.documents.palette import ENGLAND, INK, RULE

_DROP = {"class", "role", "aria-roledescription", "aria-hidden", "aria-label", "pointer-events", "version"}
_SHARED = ("fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight", "text-anchor")
_CIRCLE = re.compile(r"^M([\d.]+),0A\1,\1,0,1,1,-\1,0A\1,\1,0,1,1,\1,0$")
_PLACE = re.compile(r"^translate\(([-\d.]+),([-\d.]+)\)$")
_LONG = re.compile(r"-?\d+\.\d{3,}")


def config() -> dict[str, Any]:
    """The look that every chart shares: 12 px text, quiet axes, no frame."""
    return {
        "font": FONT,
        "aria": False,
        "view": {"stroke": None},
        "axis": {
            "labelFontSize": 12,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
            "labelColor": INK,
            "titleColor": INK,
            "domainColor": RULE,
            "tickColor": RULE,
            "gridColor": "#ECEEEF",
            "labelPadding": 4,
            "labelFlush": False,
        },
        "text": {"fontSize": 12, "color": ENGLAND},
    }


def draw(plot: Plot, prefix: str) -> str:
    """The plot's marks as SVG elements, ids beginning with ``prefix``, placed for a drawing that starts at (0, 0)."""
    import vl_convert

    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "layer": [_bare(layer) for layer in plot.layers],
        "width": plot.width,
        "height": plot.height,
        "autosize": "none",
        "padding": {"left": plot.left, "right": plot.right, "top": plot.top, "bottom": plot.bottom},
        "config": config(),
    }
    return tidy(vl_convert.vegalite_to_svg(spec), prefix)


def _bare(layer: Any) -> dict[str, Any]:
    """A layer's own specification with its data in it.

    Put together by hand: ``alt.layer`` copies every layer with its data several times, a quarter of the time of a
    drawing. The data are checked by the functions that made the layers; validating them again would cost more still.
    """
    spec: dict[str, Any] = layer.to_dict(validate=False)
    shared = spec.pop("datasets", {})
    if spec["data"].get("name") in shared:
        spec["data"] = {"values": shared[spec["data"]["name"]]}
    return {key: value for key, value in spec.items() if key not in ("$schema", "config")}


def tidy(svg: str, prefix: str) -> str:
    """What is inside Vega's svg element, without what only a live Vega view needs."""
    bare = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", svg)
    root = ET.fromstring(bare)  # noqa: S314  (our own renderer's output, never a stranger's file)
    for child in list(root):
        if child.tag == "rect":
            root.remove(child)
    names: dict[str, str] = {}
    for index, clip in enumerate(root.iter("clipPath")):
        names[clip.get("id", "")] = f"{prefix}-clip{index}"
    _clean(root, names)
    return "".join(ET.tostring(child, encoding="unicode") for child in root)


def _clean(element: ET.Element, names: dict[str, str]) -> None:
    for name in _DROP & set(element.attrib):
        del element.attrib[name]
    if element.get("opacity") == "1":
        del element.attrib["opacity"]
    if element.get("font-family"):
        del element.attrib["font-family"]
    for name, value in element.attrib.items():
        if name == "id":
            element.set(name, names.get(value, value))
        elif name == "clip-path":
            element.set(name, re.sub(r"#([\w-]+)", lambda match: f"#{names[match[1]]}", value))
        elif name in ("d", "transform", "x", "y", "x2", "y2", "width", "height", "x1", "y1"):
            element.set(name, _LONG.sub(lambda match: f"{float(match[0]):.2f}", value))
    for child in list(element):
        _clean(child, names)
        if _useless(child):
            element.remove(child)
        else:
            _as_circle(child)
    _lift(element)


def _useless(element: ET.Element) -> bool:
    """Hidden, empty, or a group of nothing."""
    if element.get("display") == "none" or element.get("opacity") == "0":
        return True
    if element.tag == "path":
        return element.get("d", "") in ("", "M0,0h0v0h0Z") or not (element.get("stroke") or element.get("fill"))
    return element.tag in ("g", "defs") and len(element) == 0


def _as_circle(element: ET.Element) -> None:
    """A circle that Vega writes as two arcs, as a circle: a third of the length."""
    arcs = _CIRCLE.match(element.get("d", "")) if element.tag == "path" else None
    place = _PLACE.match(element.get("transform", "")) if arcs else None
    if arcs and place:
        element.tag = "circle"
        del element.attrib["d"], element.attrib["transform"]
        element.attrib.update({"cx": place[1], "cy": place[2], "r": arcs[1]})


def _lift(group: ET.Element) -> None:
    """What all marks of a group have in common is said once, on the group."""
    if group.tag != "g" or len(group) < 2 or len({child.tag for child in group}) > 1 or group[0].tag == "g":
        return
    for name in _SHARED:
        values = {child.get(name) for child in group}
        if len(values) == 1 and (value := values.pop()) is not None:
            group.set(name, value)
            for child in group:
                del child.attrib[name]
