"""From what councils submitted to one row an event and one row a person (CLD.md 3 and 4), one stage a function.

``select`` chooses submissions and says for which days each speaks; ``identify`` numbers people; ``main_table`` and
``single_table`` keep one row an event; ``people_table`` makes one row a person; ``account`` says what became of every
row that was read. Each answer has the columns that ``tables`` declares.
"""

from evenhand.measures.cld.pipeline.accounts import REASONS, account
from evenhand.measures.cld.pipeline.events import main_table, single_table
from evenhand.measures.cld.pipeline.identity import Identified, identify
from evenhand.measures.cld.pipeline.people import people_table
from evenhand.measures.cld.pipeline.selection import Override, Selection, Taken, select

__all__ = [
    "REASONS", "Identified", "Override", "Selection", "Taken", "account", "identify", "main_table", "people_table",
    "select", "single_table",
]  # fmt: skip
