"""Reads for pages. Each begins with ``visible``: permission stands in the query, not only before it."""

from evenhand.site.people.queries.case import Case, case_of, look
from evenhand.site.people.queries.visible import permitted, person, visible

__all__ = ["Case", "case_of", "look", "permitted", "person", "visible"]
