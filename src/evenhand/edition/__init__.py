"""Sources + measures + compare make an edition; and the read side that pages, the API and the command line use."""
