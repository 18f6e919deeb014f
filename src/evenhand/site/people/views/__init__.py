"""Pages of people's records: thin; what may be seen and done is asked in the queries and services."""
