"""Training from the journal: what people kept and rated well, behind gates that a worse model does not pass."""
