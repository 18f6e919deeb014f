"""What client-level data (CLD) may hold: fields, code lists, and how old or mistaken values become listed ones."""
