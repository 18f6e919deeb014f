"""Write docs/methods/ascof-*.md from the definitions of measures from client-level records: one page a measure."""

from __future__ import annotations

from pathlib import Path

from evenhand.measures.cld.definition import CldMeasure, definitions

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "methods"
WORDS = """The rows are written short: a person, then support, who holds the money and what it is made of, from when to
when (∞ is open), and the month of birth. `Comm` is long-term support in the community, `Res` and `Nur` care homes,
`STMax` short-term support to maximise independence; `DP` a direct payment, `MPB` a budget that the council manages,
`COM` commissioned support; `HS` home support, `LR` and `LN` long-term care in a home, `RB` reablement."""


def page(m: CldMeasure) -> str:
    """One measure: what it asks and why, how it is counted, where the official code is odd, and a worked example."""
    lines = [f"# {m.title}: from a council's own records", "", f"{m.question} {m.why_it_matters}", ""]
    lines += [f"`{m.code}` in `measures.csv`. {m.official}.", "", "## Formula", ""]
    for name, part in m.parts.items():
        head = f"**{m.code}({name}) {part.title}.**" if name else f"**{m.code} {part.title}.**"
        lines += [f"{head} Numerator: {part.numerator} Denominator: {part.denominator}", ""]
    better = "Higher is better." if m.direction == "higher" else "Lower is better."
    lines += [
        f"- Date basis: {m.date_basis.rstrip('.')}.",
        f"- Unit: {m.unit}, to {m.places} decimal places, halves away from zero. {better}",
        f"- Groups in `measures.csv`: {', '.join(m.groups)}.",
        f"- Options of the method that bear on it: {', '.join(f'`{name}`' for name in m.options)}.",
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


def pages() -> dict[Path, str]:
    """Every page by its file."""
    return {FOLDER / f"ascof-{m.code.lower()}-from-records.md": page(m) for m in definitions().values()}


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
