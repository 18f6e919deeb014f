"""The verbs of accounts: each asks for permission, changes rows and writes its audit event in one transaction."""
