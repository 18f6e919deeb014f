"""What the records lack, and what that does to the figures.

``quality(engine, read, measured)`` counts every field by the official rules, finds the rows that could mislead a
figure, and asks the official measures again with each of them mended one way and another. The order of the rooms:
``checks`` says what is looked for, ``concern`` finds the people, ``ways`` asks the measures again, ``bounds`` finds the
lowest and highest figure, ``effects`` puts the two together, ``fields`` counts fields, ``report`` and ``page`` say it.
"""

from evenhand.measures.cld.quality.report import Quality, quality

__all__ = ["Quality", "quality"]
