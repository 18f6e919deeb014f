"""The tables of the former SALT return from client-level data: LTS001a, b and c, LTS003 and LTS004 (CLD.md 5.7 to 5.9).

Their method is older than that of ASCOF: each council's latest single submission by the period it *states*, each row's
own dates, death and birth, and ids joined another way. So they do not add up to the ASCOF figures beside them.
"""

from evenhand.measures.cld.salt.tables import Salt, salt

__all__ = ["Salt", "salt"]
