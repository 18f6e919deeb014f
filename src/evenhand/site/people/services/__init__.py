"""The verbs: each asks for permission, validates, changes rows and writes its audit event in one transaction."""
