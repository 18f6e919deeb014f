"""The Django project: everything stored or shown to a person."""
