"""Who may sign in, in which role, in which team, and what each role may do."""
