"""The process of one run: measures what came, keeps a whole result or nothing, and removes the records.

Started by ``running.start``. A fault of the program is told by its kind and place alone: its words may hold a person's.
"""

from __future__ import annotations

import os
import shutil
import sys
import traceback
from dataclasses import replace
from importlib import import_module
from pathlib import Path

from evenhand.facts.errors import EvenhandError
from evenhand.site.workspace.running import STAGES, Progress, Wanted, write
from evenhand.site.workspace.runs import MAKING, folder, private, put


def run(home: Path, incoming: Path, work: str) -> Progress:
    """Do one run, and give its last word."""
    wanted = Wanted.loaded((incoming / "wanted.json").read_text(encoding="utf-8"))
    making = folder(home) / f"{MAKING}{wanted.run}"
    at = Progress.of(wanted, incoming)

    def say(stage: str) -> None:
        nonlocal at
        at = replace(at, stage=stage)
        write(home, at)

    try:
        module, _, name = work.partition(":")
        getattr(import_module(module), name)(home, incoming, private(making), wanted, say)
        say(STAGES[-1])
        put(home, making, wanted.run)
        last = replace(at, state="done", incoming="")
    except EvenhandError as fault:
        last = replace(at, state="failed", run="", sentence=str(fault), incoming="")
    except Exception as fault:
        last = replace(at, state="failed", run="", sentence=_fault(fault), incoming="")
    finally:
        shutil.rmtree(incoming, ignore_errors=True)
        shutil.rmtree(making, ignore_errors=True)
    write(home, last)
    return last


def _fault(fault: Exception) -> str:
    """What to say of a fault of ours, without a word of the records."""
    frames = [f for f in traceback.extract_tb(fault.__traceback__) if "evenhand" in f.filename]
    where = f"{Path(frames[-1].filename).name} line {frames[-1].lineno}" if frames else "a library"
    return (
        f"The program could not finish: {type(fault).__name__} in {where}. The fault is in the program or the disk, "
        "not in what you did. Nothing was kept."
    )


if __name__ == "__main__":
    os.umask(0o077)
    run(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
