"""Public pages over the current edition. Nothing is stored here and no figure is worked out here."""
