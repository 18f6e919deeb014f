"""Client-level records: from the files that councils have to the typed, mapped, pseudonymised tables that are measured.

``read`` is the way in. The order of the work: ``recognise`` says what each file is and which column is which field;
``stage`` makes one relation of all of them; ``dictionary`` takes each field's distinct values and says, once for each,
what it means and how good it is; ``encode`` writes every row in those terms; ``submissions`` tells one delivery of
one council from the next. A value of a personal field never leaves the engine, and never stands in a message.
"""

from evenhand.sources.cld.model import Read, Reject, Summary
from evenhand.sources.cld.reader import read

__all__ = ["Read", "Reject", "Summary", "read"]
