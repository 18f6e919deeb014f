"""What is stored of people: who they are, who stands beside them, who works with them, and their assessments."""

from evenhand.site.people.models.assessment import Answer, Assessment, Determination, Wellbeing
from evenhand.site.people.models.importing import Import, ImportMapping
from evenhand.site.people.models.keeping import ErasureRequest, Submitted
from evenhand.site.people.models.person import CapacityDecision, Link, Merge, NameGram, Person, SafeguardingConcern
from evenhand.site.people.models.standing import Access, Allocation, BreakGlass, NamedReader

__all__ = [
    "Access", "Allocation", "Answer", "Assessment", "BreakGlass", "CapacityDecision", "Determination",
    "ErasureRequest", "Import", "ImportMapping", "Link", "Merge", "NameGram", "NamedReader", "Person",
    "SafeguardingConcern", "Submitted", "Wellbeing",
]  # fmt: skip
