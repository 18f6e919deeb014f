"""Page furniture: the base page, the style sheet, the headers that every answer carries."""
