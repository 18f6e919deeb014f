"""What was done and looked at: who, when, why, before and after; append-only, each row sealed to the one before it.

``record`` writes an event inside the caller's transaction, so a change and its event stand or fall together.
Nothing here knows people or accounts: an event names its actor and its case by their public references.
"""
