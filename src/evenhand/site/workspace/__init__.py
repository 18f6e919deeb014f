"""The council workspace: official figures from the council's own records, and the people behind each figure.

Open on this machine only (``evenhand serve --workspace``), until there is sign-in: ``guard`` refuses everybody else.
``receiving`` streams an upload to disk; ``services`` starts the measuring in a process of its own (``job``, ``work``),
which leaves a whole result in the home (``runs``) or none; ``queries`` reads results for pages. Whoever opens a list
of people is written down first (``access``). Nothing here is in the database.
"""
