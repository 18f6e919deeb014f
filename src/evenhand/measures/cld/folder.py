"""The folder of a run, whoever asks for it: every figure and table, and the report on quality. All files or none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from evenhand.compare.disclosure import Profile
from evenhand.measures.cld import written
from evenhand.measures.cld.engine import Engine
from evenhand.measures.cld.quality import Quality, quality
from evenhand.measures.cld.run import Measured

if TYPE_CHECKING:
    from evenhand.sources.cld import Read

STAGES = ("Tables and spending", "Data quality", "Writing the files")


def fill(
    out: Path, engine: Engine, read: Read, measured: Measured, profile: Profile, say: Callable[[str], None]
) -> Quality:
    """Write the files of ``written`` and those on quality, and give the report on quality.

    out: takes the place of an earlier run's folder. read and measured: of one run, their tables still kept by the
    engine. say: is told each of STAGES as it begins. Raises EvenhandError where the folder holds anything that is not
    of a run, or cannot be written.
    """
    say(STAGES[0])
    made = written.outputs(engine, measured, read)
    say(STAGES[1])
    report = quality(engine, read, measured)

    def also(folder: Path) -> None:
        (folder / "quality.html").write_bytes(report.to_html())
        (folder / "quality.json").write_bytes(report.to_json())
        (folder / "records_to_check.csv").write_bytes(report.to_csv())

    say(STAGES[2])
    written.write(out, engine, measured, made, profile, also)
    return report
