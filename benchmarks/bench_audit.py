"""How fast is the audit written and verified? Promise: 200 operations a second, and 5,000 events verified a second.

10,000 operations in an order that a seed decides (changes with a detail, views, erasures, checkpoints, changes that
were undone), each in a transaction of its own, are written to a fresh SQLite database, or to the PostgreSQL one that
EVENHAND_BENCH_DATABASE names, which must be empty; then the whole chain is verified, and must be whole. Where the disk
itself is slower than the promise, three times a bare row will do. Baselines, measured in the same run on the same
database: one bare row inserted in a transaction of its own; and every event fetched and its text hashed once. Prints
both as ratios, and the peak of memory that Python held while verifying. Leaves with 1 when a promise is broken.
Run: python benchmarks/bench_audit.py [operations]
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
import tempfile
import time
import tracemalloc
from typing import Any

OPERATIONS = 10_000
WRITTEN_A_SECOND, VERIFIED_A_SECOND = 200.0, 5_000.0
MEMORY_MB = 50.0


def operate(count: int) -> None:
    """Write at random."""
    from django.db import transaction

    from evenhand.site.audit.services import Who, erase_details, record, sign

    dice, who = random.Random(7), Who("worker1", "practitioner", "request1")
    for turn in range(count):
        case = f"case{dice.randrange(count // 20 + 1)}"
        what = dice.choices(("change", "view", "erase", "sign", "undone"), (450, 500, 5, 5, 40))[0]
        if what == "erase":
            erase_details(who, case, "The law asks for it")
        elif what == "sign":
            sign()
        else:
            with transaction.atomic():
                held = {"name": f"Name {turn}", "note": "x" * dice.randrange(200)} if what != "view" else None
                about: dict[str, Any] = {"case": case, "why": "Visit", "before": held, "after": held}
                record(who, f"people.person.{what}", f"person:{case}", **about)
                if what == "undone":
                    transaction.set_rollback(True)


def bare(count: int) -> float:
    """Seconds for as many bare rows, each in a transaction of its own."""
    from django.db import connection, transaction

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_bare (number bigint PRIMARY KEY, words text)")
        began = time.perf_counter()
        for number in range(count):
            with transaction.atomic():
                cursor.execute("INSERT INTO bench_bare VALUES (%s, %s)", [number, "x" * 500])
        took = time.perf_counter() - began
        cursor.execute("DROP TABLE bench_bare")
    return took


def read_and_hash() -> float:
    """Seconds to fetch every event with its detail and hash the text of it once."""
    from django.db import connection

    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM audit_event LEFT JOIN audit_detail ON event_id = number ORDER BY number")
        for row in cursor:
            hashlib.sha256(repr(row).encode()).hexdigest()
    return time.perf_counter() - began


def main(operations: int) -> int:
    """Measure and say."""
    with tempfile.TemporaryDirectory(prefix="evenhand-bench-") as home:
        os.environ |= {"EVENHAND_HOME": home, "DJANGO_SETTINGS_MODULE": "evenhand.site.config.settings"}
        os.environ["DATABASE_URL"] = os.environ.get("EVENHAND_BENCH_DATABASE", "")
        import django

        django.setup()
        from django.core.management import call_command

        from evenhand.site.audit.verify import verify

        call_command("migrate", "audit", verbosity=0)
        began = time.perf_counter()
        operate(operations)
        wrote = time.perf_counter() - began
        began = time.perf_counter()
        found = verify()
        walked = time.perf_counter() - began
        tracemalloc.start()
        verify()
        peak = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        plain_write, plain_read = bare(min(operations, 2_000)) / min(operations, 2_000), read_and_hash()
    writes, walks = operations / wrote, found.events / walked
    print(f"{operations:,} operations at random made {found.events:,} events and {found.checkpoints} checkpoints.")
    print(f"Whole: {found.whole}. {found.findings[0] if found.findings else ''}")
    print(f"Written: {writes:,.0f} operations a second (promise {WRITTEN_A_SECOND:,.0f}); "
          f"{wrote / operations / plain_write:.1f} times a bare row in its own transaction")  # fmt: skip
    print(f"Verified: {walks:,.0f} events a second (promise {VERIFIED_A_SECOND:,.0f}); "
          f"{walked / plain_read:.1f} times fetching and hashing each row once; peak {peak:.1f} MB")  # fmt: skip
    written = writes >= WRITTEN_A_SECOND or wrote / operations <= 3 * plain_write
    kept = found.whole and written and walks >= VERIFIED_A_SECOND and peak <= MEMORY_MB
    print("Promise kept" if kept else "Promise BROKEN")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else OPERATIONS))
