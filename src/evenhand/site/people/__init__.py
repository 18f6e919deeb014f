"""The people it is all for: adults and carers, who stands beside them, and their assessments."""
