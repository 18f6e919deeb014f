"""The auditor's pages. They alone of the audit know accounts: who asks, and what the people who acted are called."""
