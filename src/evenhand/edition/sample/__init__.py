"""The simulated England behind ``make demo``: fictional councils with invented figures, plainly marked as simulated."""

from evenhand.edition.sample.places import ROLES, sample_register, sample_tiles, with_role
from evenhand.edition.sample.results import sample_results

__all__ = ["ROLES", "sample_register", "sample_results", "sample_tiles", "with_role"]
