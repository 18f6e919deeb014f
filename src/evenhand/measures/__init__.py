"""What is counted: each measure is a YAML definition that a reader of the official handbook can check line by line."""
