"""Needs to a fair sum: the eligibility test today; schemes, indicative budgets and their fairness later."""
