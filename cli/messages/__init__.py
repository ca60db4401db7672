"""What the command says: texts, errors, exit codes, and the events that it shows."""
