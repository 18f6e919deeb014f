"""Every kind of chart, at every width: sound SVG, named, readable at 375 pixels, and nothing outside the picture."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.documents import palette
from evenhand.documents.chart import Chart
from evenhand.documents.compare_charts import funnel, intervals, ordinal, tick_text
from evenhand.documents.layout import (
    Box,
    log_ticks,
    nice_ticks,
    place_label,
    shorten,
    spread,
    text_box,
    text_width,
    wrap,
)
from evenhand.documents.part_charts import stacked_bar, tile_map, waterfall
from evenhand.documents.report import Heading, Paragraph, Report
from evenhand.documents.strip_charts import Strip, StripRow
from evenhand.documents.time_charts import decile_bands, fan, slope
from evenhand.facts.errors import EvenhandError

from .samples import KINDS, chart, councils, drawings, table

SVG = "{http://www.w3.org/2000/svg}"
WIDTHS = (320, 375, 700)
everywhere = pytest.mark.parametrize("width", WIDTHS)
every_kind = pytest.mark.parametrize("kind", KINDS)


def parse(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def moves(element: ET.Element) -> tuple[float, float]:
    """The shift that a transform makes; the charts use nothing but shifts."""
    found = re.fullmatch(r"translate\(([-\d.e]+),\s*([-\d.e]+)\)", element.get("transform", "translate(0,0)"))
    assert found, element.get("transform")
    return float(found[1]), float(found[2])


def texts(root: ET.Element) -> list[tuple[str, Box, float]]:
    """(text, its box in the picture, its size) of every text, attributes inherited from groups."""
    found: list[tuple[str, Box, float]] = []

    def walk(element: ET.Element, x: float, y: float, inherited: dict[str, str]) -> None:
        dx, dy = moves(element)
        x, y = x + dx, y + dy
        names = ("font-size", "font-weight", "text-anchor")
        now = {**inherited, **{name: element.get(name, "") for name in names if element.get(name)}}
        if element.tag == f"{SVG}text":
            size = float(now["font-size"].removesuffix("px"))
            across, down = x + float(element.get("x", 0)), y + float(element.get("y", 0)) - size * 0.35
            words = "".join(element.itertext())
            bold = now.get("font-weight") == "bold"
            found.append((words, text_box(words, size, across, down, now.get("text-anchor", "start"), bold=bold), size))
        for child in element:
            walk(child, x, y, now)

    walk(root, 0, 0, {})
    return found


def spans(path: ET.Element) -> list[list[float]]:
    """The x of every corner of each run of a path that is written as lines from corner to corner."""
    runs = [run.strip("Z ").split() for run in path.get("d", "").split("M")[1:]]
    return [[float(x) for x in run[::2]] for run in runs if all(re.fullmatch(r"-?[\d.]+", part) for part in run)]


def covered(found: list[tuple[str, Box, float]]) -> list[tuple[str, str]]:
    """Pairs of texts that lie over each other by more than a sliver."""
    return [
        (one, two)
        for index, (one, box, _) in enumerate(found)
        for two, other, _ in found[index + 1 :]
        if box.overlap(other) > 12
    ]


class TestEveryChart:
    @every_kind
    @everywhere
    def test_has_a_name_and_a_description(self, kind: str, width: int) -> None:
        root = parse(chart(kind).to_svg(width=width))
        assert (root.tag, root.get("role")) == (f"{SVG}svg", "img")
        named = [root.find(f"*[@id='{name}']") for name in (root.get("aria-labelledby") or "").split()]
        assert [item.tag if item is not None else None for item in named] == [f"{SVG}title", f"{SVG}desc"]
        assert named[0] is not None
        assert named[0].text == "North Thornshire is similar to Tinyland"
        assert named[1] is not None
        assert "395 of 1,782" in (named[1].text or "")
        assert (root.get("width"), root.get("viewBox", "").split()[:3]) == (str(width), ["0", "0", str(width)])

    @every_kind
    @everywhere
    def test_has_text_of_12_pixels_or_more(self, kind: str, width: int) -> None:
        found = texts(parse(chart(kind).to_svg(width=width)))
        assert len(found) >= 7
        assert min(size for _, _, size in found) >= 12

    @every_kind
    @everywhere
    def test_keeps_every_word_inside_the_picture(self, kind: str, width: int) -> None:
        root = parse(chart(kind).to_svg(width=width))
        frame = Box(0, 0, width, float(root.get("height", 0)))
        # The layout's widths are 4% over Arial's, so a line that fills the width may seem to stick out by so much.
        outside = {text: box.outside(frame) for text, box, _ in texts(root) if box.outside(frame) > 1.5}
        assert outside == {}

    @every_kind
    @everywhere
    def test_lets_no_words_cover_other_words(self, kind: str, width: int) -> None:
        assert covered(texts(parse(chart(kind).to_svg(width=width)))) == []

    @every_kind
    def test_fetches_and_runs_nothing(self, kind: str) -> None:
        svg = chart(kind).to_svg()
        for word in ("<script", "<style", "<image", "<foreignObject", "@font-face", "javascript:", "xlink", "onload"):
            assert word not in svg
        assert re.findall(r"https?://[^\"]+", svg) == ["http://www.w3.org/2000/svg"]

    @every_kind
    def test_has_ids_of_its_own(self, kind: str) -> None:
        both = chart(kind).to_svg(width=700) + chart(kind).to_svg(width=375)
        ids = re.findall(r'\sid="([^"]+)"', both)
        assert len(ids) == len(set(ids)) >= 4
        assert set(re.findall(r"url\(#([^)]+)\)", both)) <= set(ids)

    def test_has_other_ids_than_a_chart_of_other_figures_under_the_same_title(self) -> None:
        one, two = chart("funnel").to_svg(), chart("strip").to_svg()
        assert not set(re.findall(r'\sid="([^"]+)"', one)) & set(re.findall(r'\sid="([^"]+)"', two))

    @every_kind
    def test_is_the_same_bytes_whatever_was_drawn_before_and_whenever(
        self, kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first = chart(kind).to_svg(width=375)
        monkeypatch.setattr(time, "time", lambda: 4_000_000_000.0)
        again = Chart(
            chart(kind).title, chart(kind).sentence, drawings()[kind], None, chart(kind).key, chart(kind).source
        )
        assert again is not chart(kind)
        assert again.to_svg(width=375) == first

    @every_kind
    def test_is_drawn_anew_for_a_phone_not_shrunk(self, kind: str) -> None:
        assert chart(kind).to_svg(width=375) != chart(kind).to_svg(width=700)

    @every_kind
    def test_says_simulated_with_and_without_its_heading(self, kind: str) -> None:
        for heading in (True, False):
            words = [text for text, _, _ in texts(parse(chart(kind, simulated=True).to_svg(heading=heading)))]
            assert any(text.startswith("SIMULATED FIGURES") for text in words)
        assert "imulated" not in chart(kind).to_svg()

    def test_can_leave_its_heading_to_the_page(self) -> None:
        words = [text for text, _, _ in texts(parse(chart().to_svg(heading=False)))]
        assert "North Thornshire is similar to Tinyland" not in words

    def test_escapes_hostile_names(self) -> None:
        bad = '</title><script>alert(1)</script>"'
        rows = [{"name": bad, "n": 10 * i, "value": float(i), "role": "chosen"} for i in range(1, 5)]
        drawing = funnel(rows, LIMITS, centre=2.0, x_title=bad, y_title=bad, centre_label=bad)
        svg = Chart(bad, bad, drawing, key=bad, source=bad).to_svg()
        parse(svg)
        assert "<script" not in svg

    def test_can_be_a_png_of_the_size_asked_for_with_a_margin(self) -> None:
        data = chart().to_png(width=375, scale=2)
        assert data[:8] == b"\x89PNG\r\n\x1a\n"
        assert int.from_bytes(data[16:20]) == 2 * (375 + 32)

    def test_needs_a_title_a_sentence_and_room(self) -> None:
        with pytest.raises(EvenhandError, match="a title and a sentence"):
            chart(sentence=" ")
        with pytest.raises(EvenhandError, match="cannot be drawn 200 pixels wide"):
            chart().to_svg(width=200)


LIMITS = [{"n": n, "lower95": 1.0, "upper95": 3.0, "lower998": 0.5, "upper998": 3.5} for n in (5, 10, 20, 30, 40, 50)]


def test_the_same_chart_is_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib; from tests.documents.samples import KINDS, chart, table, CREATED\n"
        "d = hashlib.sha256()\n"
        "for kind in KINDS: d.update(chart(kind).to_svg(width=375).encode())\n"
        "for data in (table().to_xlsx(created=CREATED), table().to_ods(created=CREATED), table().to_parquet()): "
        "d.update(data)\nprint(d.hexdigest())"
    )
    root = Path(__file__).parents[2]

    def run(seed: str) -> str:
        env = {"PYTHONHASHSEED": seed, "TZ": "Pacific/Auckland" if seed == "1" else "UTC", "PYTHONPATH": str(root)}
        command = [sys.executable, "-c", code]
        return subprocess.run(command, cwd=root, env=env, capture_output=True, text=True, check=True).stdout

    assert run("1") == run("2")


@pytest.mark.parametrize("name", ["Ash", "Upper Thornshire, Brackwater and Corvedale", "Dunmere upon Ashvale, City of"])
@pytest.mark.parametrize("count", [3, 12, 40])
@pytest.mark.parametrize("width", [320, 375])
def test_the_label_of_any_council_stays_inside_and_covers_no_other_words(name: str, count: int, width: int) -> None:
    """First and last places, long names, few councils: where labels run out of room."""
    for chosen in (0, count // 2, count - 1):
        rows = [{**row, "role": "other"} for row in councils(count)]
        rows[chosen] |= {"role": "chosen", "name": name}
        place = 1 + sum(row["value"] > rows[chosen]["value"] for row in rows)
        for drawing in (
            funnel(rows, LIMITS, centre=24.5, x_title="People supported", y_title="Share (%)"),
            intervals(rows, y_title="Share (%)", centre=24.5, rank=(place, place)),
        ):
            root = parse(Chart("T", "S", drawing).to_svg(width=width))
            frame = Box(0, 0, width, float(root.get("height", 0)))
            assert {text: box for text, box, _ in texts(root) if box.outside(frame) > 1.5} == {}
            assert covered(texts(root)) == []


class TestColours:
    def test_words_on_every_band_and_part_can_be_read(self) -> None:
        for fill in (*palette.BANDS.values(), *palette.SEGMENTS, palette.PAPER):
            assert palette.contrast(fill, palette.ink_on(fill)) >= 4.5

    @pytest.mark.parametrize("ink", [palette.CHOSEN, palette.ENGLAND, palette.QUIET, palette.INK])
    def test_words_can_be_read_on_paper_and_on_every_soft_band(self, ink: str) -> None:
        assert min(palette.contrast(ink, fill) for fill in (palette.PAPER, *palette.SOFT)) >= 4.5

    def test_marks_stand_out_from_paper_and_soft_bands(self) -> None:
        assert palette.contrast(palette.OTHERS, palette.PAPER) >= 3
        assert palette.contrast(palette.OTHERS, palette.SOFT[1]) >= 3

    def test_each_step_of_the_scale_differs_from_the_next(self) -> None:
        """Also in a grey print, up to the middle: beyond it the triangles tell up from down."""
        fills = list(palette.BANDS.values())
        assert all(palette.contrast(one, two) >= 1.3 for one, two in pairwise(fills))

    def test_neighbouring_parts_of_a_bar_differ_in_a_grey_print(self) -> None:
        fills = palette.SEGMENTS
        assert all(palette.contrast(one, two) >= 3 for one, two in pairwise(fills))

    def test_contrast_is_wcags(self) -> None:
        assert palette.contrast("#000000", "#FFFFFF") == pytest.approx(21)
        assert palette.contrast("#777777", "#FFFFFF") == pytest.approx(4.478, abs=0.001)  # WCAG's well-known near miss


class TestWhatChartsRefuse:
    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (lambda: funnel([{"name": "A", "value": 1.0}], LIMITS, centre=1, x_title="", y_title=""), "column 'n'"),
            (lambda: funnel([], LIMITS, centre=1, x_title="", y_title=""), "no points to draw"),
            (
                lambda: funnel([{"name": "A", "n": 0, "value": 1.0}], LIMITS, centre=1, x_title="", y_title=""),
                "above 0",
            ),
            (lambda: intervals(ONE, y_title="", rank=(1, 2)), "cannot be"),
            (lambda: intervals([{**ONE[0], "value": None}], y_title=""), "No council has a value"),
            (lambda: decile_bands([PERIOD, PERIOD], name="A", y_title=""), "occurs twice"),
            (lambda: decile_bands([PERIOD], name="A", y_title="", breaks=[("1999-00", "x")]), "cannot be drawn"),
            (lambda: fan([{"period": "a", "value": 1}], [{**FUTURE, "median": None}], y_title=""), "every band"),
            (lambda: fan([{"period": "a", "value": 1}], [{**FUTURE, "lower95": 9}], y_title=""), "cross"),
            (lambda: slope([{"name": "A", "before": None, "after": 1}], before="", after=""), "before and after"),
            (lambda: stacked_bar([{"label": "A", "value": -1}]), "0 or more"),
            (lambda: stacked_bar([{"label": "A", "value": 0}]), "above 0"),
            (lambda: tile_map([{**TILE, "band": "good"}]), "'good' is not a band"),
            (lambda: tile_map([TILE, TILE]), "the same tile"),
        ],
    )
    def test_data_that_would_draw_something_untrue(self, make: Any, message: str) -> None:
        with pytest.raises(EvenhandError, match=message):
            make()

    def test_a_bridge_that_does_not_add_up(self) -> None:
        with pytest.raises(EvenhandError, match="is 15 and the steps before it come to 12"):
            waterfall(
                [{"label": "A", "amount": 10, "total": True}, {"label": "B", "amount": 2},
                 {"label": "C", "amount": 15, "total": True}]
            )  # fmt: skip

    def test_a_link_to_another_site(self) -> None:
        for href in ("https://example.invalid/", "//example.invalid", "javascript:alert(1)"):
            with pytest.raises(EvenhandError, match="not an address on this site"):
                Chart("T", "S", tile_map([{**TILE, "href": href}])).to_svg()


ONE = [{"name": "A", "value": 1.0, "lower95": None, "upper95": None}]
PERIOD = {"period": "2024-25", "p10": 1, "p25": 2, "p50": 3, "p75": 4, "p90": 5, "value": 3}
FUTURE = {
    "period": "b", "median": 4, "lower50": 3, "upper50": 5, "lower80": 2, "upper80": 6, "lower95": 1, "upper95": 7,
}  # fmt: skip
TILE = {"name": "Ashvale", "label": "AV", "column": 0, "row": 0, "band": "similar"}


class TestWhatChartsSay:
    def test_the_funnel_names_the_chosen_council_and_the_country_and_no_other(self) -> None:
        words = {text for text, _, _ in texts(parse(chart("funnel").to_svg()))}
        assert any(text.startswith("North Thornshire ") and text.endswith("%") for text in words)
        assert "England 24.5%" in words
        assert {"95%", "99.8%"} <= words
        assert not any(text.startswith("Council ") for text in words)

    def test_the_caterpillar_says_the_interval_of_the_place(self) -> None:
        assert "between 9th and 22nd of 40" in {text for text, _, _ in texts(parse(chart("intervals").to_svg()))}

    def test_the_strip_says_why_there_is_no_figure_and_draws_no_dot_for_it(self) -> None:
        svg = chart("strip").to_svg()
        words = {text for text, _, _ in texts(parse(svg))}
        assert "suppressed to protect people" in words
        large = [item for item in parse(svg).iter(f"{SVG}circle") if item.get("fill") == palette.CHOSEN]
        assert len(large) == 1

    @pytest.mark.parametrize(
        ("own", "benchmark", "said"),
        [(5.0, 2.0, "5.0% · higher"), (None, 2.0, "suppressed to protect people"), (0.0, None, "0.0%")],
    )
    def test_the_strip_has_a_ring_a_council_and_a_large_dot_only_where_there_is_a_figure(
        self, own: float | None, benchmark: float | None, said: str
    ) -> None:
        row = StripRow("Measure <b>", said, (1.0, 3.0, 9.0), own, benchmark)
        svg = Chart("T", "S", Strip((row,))).to_svg(width=375)
        assert svg.count("a3 3 0 1 0 6 0") == 3
        assert svg.count("<circle") == (own is not None)
        assert svg.count("v22") == (benchmark is not None)
        assert said in svg
        assert "<b>" not in svg

    def test_a_strip_without_any_figure_says_so_and_one_value_stands_in_the_middle(self) -> None:
        def drawn_of(row: StripRow) -> str:
            return Chart("T", "S", Strip((row,))).to_svg(width=375)

        assert "no figure published" in drawn_of(StripRow("M", "", (), None, None))
        assert 'cx="187.5"' in drawn_of(StripRow("M", "", (), 4.0, None))

    def test_no_line_and_no_band_crosses_a_break_or_a_missing_period(self) -> None:
        rows = [{**PERIOD, "period": str(year), "value": None if year == 2 else 3} for year in range(7)]
        root = parse(
            Chart("T", "S", decile_bands(rows, name="A", y_title="", breaks=[("5", "New definition.")])).to_svg()
        )
        circle = root.find(f".//{SVG}circle")
        assert circle is not None
        broken = float(circle.get("cx", ""))  # the letter of the break stands in a circle above it
        runs = [(path, min(xs), max(xs)) for path in root.iter(f"{SVG}path") for xs in spans(path)]
        joined = [run for run in runs if run[0].get("fill") in palette.SOFT or run[0].get("stroke-linejoin")]
        assert len(joined) >= 8
        assert not any(low < broken < high for _, low, high in joined)
        council = [run for run in joined if run[0].get("stroke") == palette.CHOSEN]
        assert len({round(low) for _, low, _ in council}) == 3  # before the gap, after it, after the break

    def test_the_break_gives_its_reason(self) -> None:
        assert "A: The definition changed." in {text for text, _, _ in texts(parse(chart("decile_bands").to_svg()))}

    def test_changes_in_a_bridge_carry_their_sign(self) -> None:
        words = {text for text, _, _ in texts(parse(chart("waterfall").to_svg()))}
        assert {"£10,000", "+£2,000", "-£1,500", "£10,500"} <= words

    def test_the_bar_says_each_part_and_its_share(self) -> None:
        words = {text for text, _, _ in texts(parse(chart("stacked_bar").to_svg()))}
        assert {"£205.40 · 71.5%", "£82.00 · 28.5%"} <= words

    def test_the_tile_map_explains_only_what_occurs_and_in_words(self) -> None:
        words = {text for text, _, _ in texts(parse(chart("tile_map").to_svg()))}
        assert {"much higher", "similar", "no figure published", "suppressed to protect people"} <= words
        one = {text for text, _, _ in texts(parse(Chart("T", "S", tile_map([TILE])).to_svg()))}
        assert one == {"T", "S", "AV", "similar"}

    def test_tiles_that_lead_to_pages_can_be_reached_by_keyboard(self) -> None:
        root = parse(Chart("T", "S", tile_map([{**TILE, "href": "/councils/ashvale"}])).to_svg())
        link = root.find(f".//{SVG}a")
        assert link is not None
        assert (link.get("href"), link.get("aria-label")) == ("/councils/ashvale", "Ashvale: similar")
        assert root.get("role") == "group"  # an image would hide its links from a screen reader


class TestLayout:
    @given(
        st.lists(st.tuples(st.floats(-50, 450), st.sampled_from([14.0, 16.0, 30.0])), min_size=1, max_size=9),
    )
    def test_spread_labels_never_touch_and_keep_their_order(self, items: list[tuple[float, float]]) -> None:
        wanted, sizes = [item[0] for item in items], [item[1] for item in items]
        placed = spread(wanted, sizes, 0, 300)
        order = sorted(range(len(items)), key=lambda index: (placed[index], index))
        assert [wanted[index] for index in order] == sorted(wanted)
        for one, two in pairwise(order):
            assert placed[two] - placed[one] >= (sizes[one] + sizes[two]) / 2 - 1e-6
        assert all(size / 2 - 1e-6 <= at <= 300 - size / 2 + 1e-6 for at, size in zip(placed, sizes, strict=True))

    def test_spread_leaves_alone_what_does_not_touch_and_shares_the_move_fairly(self) -> None:
        assert spread([10, 50, 90], [14, 14, 14], 0, 100) == pytest.approx([10, 50, 90])
        assert spread([50, 50], [20, 20], 0, 100) == pytest.approx([40, 60])
        assert spread([99, 98], [20, 20], 0, 100) == pytest.approx([90, 70])

    @given(st.text(alphabet="abcdefghij MWil", max_size=80), st.floats(40, 300))
    def test_wrapped_lines_fit_and_lose_no_letter(self, text: str, width: float) -> None:
        lines = wrap(text, 12, width)
        assert all(text_width(line, 12) <= width + 1e-9 for line in lines)
        assert "".join(lines).replace("-", "").replace(" ", "") == text.replace(" ", "")

    def test_shortened_text_fits(self) -> None:
        assert shorten("Ashvale", 12, 100) == "Ashvale"
        cut = shorten("Bournemouth-like very long name", 12, 80)
        assert cut.endswith("…")
        assert text_width(cut, 12) <= 80

    @given(st.floats(-1e6, 1e6), st.floats(0.01, 1e6), st.integers(2, 8))
    def test_ticks_cover_the_figures_with_round_steps(self, low: float, span: float, count: int) -> None:
        ticks = nice_ticks(low, low + span, count)
        assert ticks[0] <= low + span * 1e-6
        assert ticks[-1] >= low + span - span * 1e-6
        assert 2 <= len(ticks) <= 2 * count + 3

    def test_log_ticks_are_one_two_five_and_fewer_where_there_is_no_room(self) -> None:
        assert log_ticks(90, 2500, 9) == [100, 200, 500, 1000, 2000]
        assert log_ticks(90, 12000, 5) == [100, 300, 1000, 3000, 10000]
        assert log_ticks(90, 12000, 3) == [100, 1000, 10000]

    def test_a_label_goes_where_nothing_is_and_stays_inside(self) -> None:
        frame = Box(0, 0, 200, 100)
        box, _ = place_label(50, 14, 195, 50, frame, [])
        assert box.outside(frame) == 0
        block = Box(60, 30, 200, 70)
        box, _ = place_label(50, 14, 50, 50, frame, [block])
        assert box.overlap(block) == 0
        assert box.overlap(Box(45, 45, 55, 55)) == 0

    def test_text_widths_are_arials(self) -> None:
        """Arial sets "Direct payments" 14 em units wide of 1000: summed by hand from its metrics."""
        units = 722 + 222 + 333 + 556 + 500 + 278 + 278 + 556 + 556 + 500 + 833 + 556 + 556 + 278 + 500
        assert text_width("Direct payments", 10) == pytest.approx(units / 100 * 1.04)

    @pytest.mark.parametrize(
        "said", ["1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "52nd", "101st", "113th"]
    )
    def test_places(self, said: str) -> None:
        assert ordinal(int(said[:-2])) == said

    @pytest.mark.parametrize(
        ("kind", "value", "said"),
        [
            ("percent", 20.0, "20%"),
            ("percent", 2.5, "2.5%"),
            ("count", 2000.0, "2,000"),
            ("money_pence", 150_000_000, "£1.5m"),
            ("money_pence", -25_000_000, "-£250k"),
            ("money_pence", 400_000_000_000, "£4bn"),
            ("money_pence", 5_000, "£50"),
            ("money_pence", 1_250, "£12.50"),
            ("rate", 0.25, "0.25"),
        ],
    )
    def test_figures_on_axes_are_as_short_as_they_can_be(self, kind: str, value: float, said: str) -> None:
        assert tick_text(kind, value) == said


def test_a_report_is_its_parts_in_order_with_the_numbers_behind_each_chart() -> None:
    text = Report(
        "Tinyland & <others>",
        (Heading("Where we are"), Paragraph("More <people> chose."), chart(table=table()), table()),
    ).to_html()
    order = [
        text.index(part) for part in ("<h1", "<h2", "More &lt;people&gt;", "<svg", "Show the numbers", "</details>")
    ]
    assert order == sorted(order)
    assert text.count("<caption") == 2
    assert text.count("<svg") == 2
    assert "Tinyland &amp; &lt;others&gt;" in text
    with pytest.raises(EvenhandError, match="level 1"):
        Heading("Title", 1)


def test_every_kind_has_a_drawing() -> None:
    assert set(drawings()) == {
        "funnel", "intervals", "strip", "decile_bands", "fan", "slope", "waterfall", "stacked_bar", "tile_map",
    }  # fmt: skip
