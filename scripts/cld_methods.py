"""Write docs/methods/ascof-*-from-records.md from the definitions: one page a measure, and one on the options."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from evenhand.measures.cld.definition import CldMeasure, definitions
from evenhand.measures.cld.options import ALWAYS, SAID, Options, official_name

BETTER = {
    "higher": "Higher is better.",
    "lower": "Lower is better.",
    "none": "Neither higher nor lower is better: people choose.",
}
OPTIONS_PAGE = "ascof-options-from-records.md"
FOLDER = Path(__file__).resolve().parent.parent / "docs" / "methods"
WORDS = """The rows are written short: a person, then support, who holds the money and what it is made of, from when to
when (∞ is open), and the month of birth. `Comm` is long-term support in the community, `Res` and `Nur` care homes,
`STMax` short-term support to maximise independence; `DP` a direct payment, `MPB` a budget that the council manages,
`COM` commissioned support; `HS` home support, `LR` and `LN` long-term care in a home, `RB` reablement."""

OPTIONS_WORDS = """Where the published code of a measure and its description differ, Evenhand follows the code, because
the official figures come from it. Each such oddity has a name, and most can be turned for a run with
`--option NAME=VALUE`, to see how far a figure hangs on it. Where we differ from the official method unless you ask,
the table says so."""
ALWAYS_WORDS = """These have a name too and cannot be turned. Naming one is an error that gives the reason."""


def page(m: CldMeasure) -> str:
    """One measure: what it asks and why, how it is counted, where the official code is odd, and a worked example."""
    lines = [f"# {m.title}: from a council's own records", "", f"{m.question} {m.why_it_matters}", ""]
    lines += [f"`{m.code}` in `measures.csv`. {m.official}.", "", "## Formula", ""]
    for name, part in m.parts.items():
        head = f"**{m.code}({name}) {part.title}.**" if name else f"**{m.code} {part.title}.**"
        better = BETTER[part.direction]
        lines += [f"{head} Numerator: {part.numerator} Denominator: {part.denominator} {better}", ""]
    lines += [
        f"- Date basis: {m.date_basis.rstrip('.')}.",
        f"- Unit: {m.unit}, to {m.places} decimal place{'' if m.places == 1 else 's'}, halves away from zero.",
        f"- Groups in `measures.csv`: {', '.join(m.groups)}.",
        *_options(m),
        "",
    ]
    lines += [f"- {caveat}" for caveat in m.caveats]
    lines += ["", "## Who is counted, and who is not", ""]
    lines += ["Each person on record gets one of these, and `people.parquet` says which.", ""]
    lines += [f"- `{key}`: {said}" for key, said in m.reasons.items()]
    lines += ["", "## Worked example", "", m.example["says"].strip(), "", WORDS.replace("\n", " "), "", "```text"]
    lines += [*m.example["rows"], *(f"discharge {row}" for row in m.example.get("discharges", [])), "```", ""]
    lines += ["| Part | Group | Numerator | Denominator | Value |", "| --- | --- | ---: | ---: | ---: |"]
    for row in m.example["figures"]:
        value = row["value"] if row["value"] is not None else "nobody to count"
        lines.append(
            f"| {row['part'] or '–'} | {row['group']} | {row['numerator']} | {row['denominator']:,} | {value} |"
        )
    lines += ["", "A test runs this example through the program.", "", "## Source", ""]
    lines += [f"{m.source_return}. {m.definition_version}."]
    return "\n".join(lines) + "\n"


def _options(m: CldMeasure) -> list[str]:
    """The options that bear on a measure, and the quirks that cannot be turned."""
    free, fixed = ([f"`{name}`" for name in m.options if (name in ALWAYS) is always] for always in (False, True))
    lines = [f"- [Options of the method]({OPTIONS_PAGE}) that bear on it alone or above all: {', '.join(free)}."]
    return lines + [f"- Always so, and no option: {', '.join(fixed)}."] * bool(fixed)


def options_page() -> str:
    """Every option: what the official method does, and what it does instead; then the quirks that are none, and why."""
    lines = ["# Options of the official method", "", " ".join(OPTIONS_WORDS.split()), ""]
    lines += ["## Formula", "", "An option puts one rule in the place of another; all that it does not name stays.", ""]
    lines += ["| Option | Officially | Otherwise | Say |", "| --- | --- | --- | --- |"]
    for name, (official, other) in SAID.items():
        given = getattr(Options(), name)
        say = "on, off" if isinstance(given, bool) else f"days ({given})" if isinstance(given, int) else "a word"
        lines.append(f"| `{official_name(name)}` | {official} | {other} | {say} |")
    lines += ["", "## Always so", "", " ".join(ALWAYS_WORDS.split()), ""]
    lines += [f"- `{name}`: {why}" for name, why in ALWAYS.items()]
    lines += ["", "## Worked example", "", _example()]
    return "\n".join(lines) + "\n"


def _example() -> str:
    """AGE_365_25 on a birthday, as the measures' own expression works it out."""
    import ibis

    from evenhand.measures.cld.logic import age

    born, on = date(1960, 3, 31), date(2025, 3, 31)
    official, calendar = (
        int(ibis.duckdb.connect().execute(age(ibis.literal(born), ibis.literal(on), calendar=way)))
        for way in (False, True)
    )
    days = (on - born).days
    return (
        f"Somebody born on 31 March 1960 is counted on 31 March 2025, their birthday. {days:,} days lie between, and "
        f"{days:,} ÷ 365.25 = {days / 365.25:.4f}, of which the whole years count: officially they are {official}, and "
        f"stand in the group 18-64. With `AGE_365_25` off they are {calendar}, and stand in the group 65+."
    )


def pages() -> dict[Path, str]:
    """Every page by its file."""
    made = {FOLDER / f"ascof-{m.code.lower()}-from-records.md": page(m) for m in definitions().values()}
    return made | {FOLDER / OPTIONS_PAGE: options_page()}


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
