"""The council workspace: official figures from the council's own records, and the people behind each figure.

Behind sign-in, for analysts; auditors may look. ``guard`` refuses an upload before it comes; ``receiving`` streams it
to disk; ``services`` starts the measuring in a process of its own (``job``, ``work``), which leaves a whole result in
the home (``runs``) or none; ``queries`` reads results for pages. Whoever opens a list of people is written down first
(``access``), in the audit. Nothing else of it is in the database.
"""
