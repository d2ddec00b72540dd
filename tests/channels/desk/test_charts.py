"""Charts: what is drawn for which figures, the same in SVG, PNG and PDF; numbers as people read them; the fonts."""

from __future__ import annotations

import hashlib
import io
import re
from xml.etree import ElementTree

import pytest
from fpdf import FPDF
from PIL import Image

from bot.drills.figures import Choice, Item, Mastery, Week
from channels.desk import charts, drawing, numbers, typeface
from channels.desk.charts import Bar, Heat
from channels.desk.drawing import COLOURS, Box, Dot, Drawing, Path, Words
from channels.desk.pages import HERE
from channels.desk.words import saying
from knowledge_base.model import Language

SAY = saying(Language.EN)
WEEKS = ("11-09", "11-16", "11-23")
SVG = "{http://www.w3.org/2000/svg}"


def texts(made: Drawing) -> list[str]:
    return [mark.text for mark in made.marks if isinstance(mark, Words)]


def luminance(colour: str) -> float:
    parts = [int(colour[place:place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_mastery_draws_a_point_for_each_week_with_decisions() -> None:
    made = charts.mastery([Mastery("a", (Week(4, 1.0), Week(0, None), Week(16, 0.25)), 20, 0.4)], str.upper, WEEKS, SAY)
    dots = [mark for mark in made.marks if isinstance(mark, Dot)]
    line = next(mark for mark in made.marks if isinstance(mark, Path) and mark.ink == "accent")
    assert len(dots) == 2 == len(line.points) and dots[0].radius < dots[1].radius
    lines = [mark.points[0][1] for mark in made.marks if isinstance(mark, Path) and mark.ink == "line"]
    assert dots[0].y == min(lines) and dots[1].y == pytest.approx(max(lines) - 0.25 * (max(lines) - min(lines)))
    assert {"A", "25\xa0%", "11-09", "11-23"} <= set(texts(made))
    assert "Competencies: 1; weeks: 3. Least mastered: A, 40\xa0%." in made.description
    assert charts.mastery([], str, WEEKS, SAY).description == "No decisions yet."


def test_bars_are_as_wide_as_their_counts() -> None:
    made = charts.grades([Bar("one", (3, 1, 0, 0)), Bar("two", (0, 0, 1, 1)), Bar("none", (0, 0, 0, 0))], SAY)
    bars = [mark for mark in made.marks if isinstance(mark, Box)][4:]            # four stand in the legend
    assert [bar.ink for bar in bars[:4]] == ["good", "acceptable", "poor", "critical_fail"]
    widths = [bar.width + 1 if bar.width else 0 for bar in bars]
    assert widths[0] == pytest.approx(3 * widths[1]) and widths[6] == widths[7] == pytest.approx(widths[1])
    assert widths[2] == widths[3] == sum(widths[8:]) == 0
    assert {"one", "two", "4", "2", "0", "critical fail"} <= set(texts(made))


def test_options_fill_the_bar_and_keep_the_letters_of_the_table() -> None:
    choices = (Choice("x", "good", 3, 0.75, None), Choice("y", "poor", 0, 0.0, None), Choice("z", "critical_fail", 1, 0.25, None))
    items = [Item("s", 4, 0.75, None, choices, None, ()), Item("t", 0, None, None, choices[1:2], None, ())]
    made = charts.options(items, str, SAY, "A drill")
    assert [text for text in texts(made) if len(text) == 1 and text.isupper()] == ["A", "C"]
    assert "75\xa0% of 4 held" in texts(made) and numbers.NONE in texts(made)
    assert charts.letter(3) == "D" and charts.letter(30) == "31"


def test_heat_is_darker_for_more_and_empty_for_none() -> None:
    made = charts.heat([Heat("a", (0, 1, 4))], WEEKS, SAY)
    low, high = [mark for mark in made.marks if isinstance(mark, Box)]
    assert low.strength < high.strength <= 0.3 and {"a", "1", "4"} <= set(texts(made)) and "0" not in texts(made)


@pytest.mark.parametrize("language", list(Language))
def test_words_in_a_chart_are_never_markup(language: Language) -> None:
    made = charts.grades([Bar("<b>&\"'", (1, 0, 0, 0))], saying(language), title="<script>")
    for text in (drawing.svg(made), drawing.svg(made, alone=True)):
        picture = ElementTree.fromstring(text)
        assert "<script" not in text and "<b>" not in text
        assert picture.findtext(f"{SVG}title") == "<script>"
        assert "<b>&\"'" in [node.text for node in picture.iter(f"{SVG}text")]


def test_one_drawing_four_ways() -> None:
    made = Drawing("d", 100, 50, "Title", "What it shows", (
        Box(0, 0, 20, 20, "critical_fail"), Box(40, 0, 20, 20, "accent", 0.5), Dot(80, 10, 5, "poor"),
        Path(((0, 40), (100, 40)), "ink", 2), Words(50, 35, "word ☂", anchor="middle")))
    page, alone = drawing.svg(made), drawing.svg(made, alone=True)
    assert 'class="fill-critical_fail"' in page and "#" not in page, "the style sheet has the colours"
    assert "class=" not in alone and COLOURS["poor"] in alone and 'fill-opacity="0.5"' in alone
    assert ElementTree.fromstring(alone).attrib["viewBox"] == "0 -34.0 100 84"
    image = Image.open(io.BytesIO(drawing.png(made))).convert("RGB")
    assert image.size == (200, 168)
    pixels = {place: image.getpixel(place) for place in ((10, 78), (100, 78), (160, 88), (100, 148), (190, 78))}
    assert [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in pixels.values()] == [  # type: ignore[misc]
        COLOURS["critical_fail"], "#85aea5", COLOURS["poor"], COLOURS["ink"], COLOURS["paper"]]
    paper = FPDF()
    paper.add_font(typeface.NAME, "", str(typeface.REGULAR))
    paper.add_page()
    assert drawing.place(paper, made, 10, 10, 50) == 25
    assert len(paper.output()) > 2000


def test_colours_can_be_told_from_the_paper() -> None:
    for ink in ("good", "acceptable", "poor", "critical_fail", "accent"):
        assert contrast(COLOURS[ink], COLOURS["paper"]) >= 3, ink
    for ink in ("ink", "quiet"):
        assert contrast(COLOURS[ink], COLOURS["paper"]) >= 7, ink  # type: ignore[index]


def test_the_style_sheet_has_every_colour_in_both_schemes() -> None:

    sheet = (HERE / "static" / "figures.css").read_text("utf-8")
    for ink in COLOURS:
        assert f".fill-{ink} " in sheet
    light, dark = re.findall(r":root \{(.*?)\}", sheet)
    for scheme, paper in ((light, "#fbfaf6"), (dark, "#141a18")):
        found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", scheme))
        assert set(found) == {"good", "acceptable", "poor", "critical", "quiet"}
        assert all(contrast(colour, paper) >= (4.5 if name == "quiet" else 3) for name, colour in found.items()), scheme


@pytest.mark.parametrize(("seconds", "expected"), [
    (None, "–"), (0.4, "0 s"), (59.4, "59 s"), (60, "1 min"), (200, "3 min 20 s"), (3600, "1 h"), (7500, "2 h 5 min"),
    (90_000, "1 d 1 h"),
])
def test_durations(seconds: float | None, expected: str) -> None:
    assert numbers.duration(seconds) == expected


@pytest.mark.parametrize(("value", "language", "expected"), [
    (0.4321, Language.EN, "0.43"), (0.4321, Language.PT, "0,43"), (-0.25, Language.ES, "−0.25"), (-0.001, Language.EN, "0.00"),
    (None, Language.PT, "–"),
])
def test_decimals(value: float | None, language: Language, expected: str) -> None:
    assert numbers.decimal(value, language) == expected
    assert numbers.percent(0.725) in ("72\xa0%", "73\xa0%") and numbers.percent(None) == "–"


def test_the_fonts_are_those_the_table_names() -> None:
    rows = re.findall(r"^\| (\S+\.ttf) \| ([0-9a-f]{64}) \|$", (typeface.FONTS / "README.md").read_text("utf-8"), re.M)
    assert {name for name, _ in rows} == {"DejaVuSans.ttf", "DejaVuSans-Bold.ttf"}
    for name, digest in rows:
        assert hashlib.sha256((typeface.FONTS / name).read_bytes()).hexdigest() == digest, name
    assert "Bitstream" in (typeface.FONTS / "LICENSE.txt").read_text("utf-8")
    letters = "ÁÉÍÓÚÜÑáéíóúüñ¿¡ÀÂÃÇÊÔÕàâãçêôõ«»–—“”…€−ɛŋ"
    assert typeface.known(letters[:-2]) == letters[:-2]
