"""What is stored of people: who they are, who stands beside them, who works with them, and their assessments."""

from evenhand.site.people.models.assessment import Answer, Assessment, Determination, Wellbeing
from evenhand.site.people.models.person import CapacityDecision, Link, Merge, NameGram, Person, SafeguardingConcern
from evenhand.site.people.models.standing import Access, Allocation, BreakGlass, NamedReader

__all__ = [
    "Access", "Allocation", "Answer", "Assessment", "BreakGlass", "CapacityDecision", "Determination", "Link",
    "Merge", "NameGram", "NamedReader", "Person", "SafeguardingConcern", "Wellbeing",
]  # fmt: skip
