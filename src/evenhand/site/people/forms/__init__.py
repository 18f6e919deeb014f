"""What people type: each form names its fields, cleans them and says in plain words what is wrong."""
