"""Invented client-level records of invented people, for trying the measures and for testing them."""
