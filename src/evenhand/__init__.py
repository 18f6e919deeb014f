"""Evenhand: personal budgets in English adult social care, shown, set, run and improved.

The rooms of the house, and who may import whom, are drawn in ``docs/explanation/house.md``.
"""

__version__ = "0.1.0"
