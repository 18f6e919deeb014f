"""The process behind the button: runs the verbs in order and keeps a progress file. Started by ``fetching.start``."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import deque
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from evenhand.site.evidence.fetching import Progress, Step, folder, now, write

KEPT = 12  # lines of output that a page shows
WIDTH = 200


def run(home: Path, steps: list[Step]) -> Progress:
    """Run the steps in order and keep the progress; returns the last of it.

    A step that fails ends the run when it is needed. The last word is the first thing that went wrong, when the run did
    not reach its end; when it did, what the last step said and then what went wrong on the way.
    """
    at = Progress(state="running", steps=len(steps), started=now())
    lines: deque[str] = deque(maxlen=KEPT)
    wrong, last = [], ""
    with (folder(home) / "fetch.log").open("w", encoding="utf-8") as log:
        for i, step in enumerate(steps, start=1):
            at = replace(at, step=i, label=step.label, lines=list(lines))
            write(home, at)
            code, last = _step(home, step, at, lines, log)
            if code:
                wrong.append(last or f"{step.label} ended with code {code} and said nothing.")
                if step.needed:
                    return _end(home, replace(at, state="failed", sentence=wrong[0], lines=list(lines)))
    said = " ".join([last or "The real figures are here.", *(f"But: {w}" for w in wrong)])
    return _end(home, replace(at, state="done", sentence=said, lines=list(lines)))


def _step(home: Path, step: Step, at: Progress, lines: deque[str], log: TextIO) -> tuple[int, str]:
    """Run one step, adding what it prints to the log and to the lines of the page; its exit code and last line."""
    last = ""
    log.write(f"== {step.label}\n")
    with subprocess.Popen(  # noqa: S603  (the argv comes from fetching.steps)
        step.argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, encoding="utf-8", errors="replace",
    ) as child:  # fmt: skip
        assert child.stdout is not None
        for raw in child.stdout:
            log.write(raw)
            log.flush()
            if line := raw.strip()[:WIDTH]:
                last = line
                lines.append(line)
                write(home, replace(at, lines=list(lines)))
    return child.returncode, last.removeprefix("Error: ")


def _end(home: Path, at: Progress) -> Progress:
    at = replace(at, finished=now())
    write(home, at)
    return at


if __name__ == "__main__":
    run(Path(sys.argv[1]), [Step(s["label"], tuple(s["argv"]), s["needed"]) for s in json.loads(sys.argv[2])])
