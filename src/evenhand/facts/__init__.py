"""What law and publishers fix: councils and their changes, code lists, dated rates. Depends on nothing of ours."""
