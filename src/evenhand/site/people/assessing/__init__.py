"""Assessments: the services, reads and pages of writing one, sending it to the person, and determining."""
