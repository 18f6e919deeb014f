"""Official measures from client-level records, in Ibis expressions: the same code runs on DuckDB and on Spark.

The order of the rooms: ``pipeline`` makes one row an event out of what was submitted, and one row a person; each
measure (``clients_3d``, ``admissions`` ...) turns those into *decisions*, one row a person and part, that say whether
the person is in the denominator, in the numerator, or why not; ``figures`` adds decisions up. So every figure can be
taken apart into the people who make it. Tables and their columns are declared in ``tables``.
"""
