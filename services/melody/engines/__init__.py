"""The embedded specialist: a small statistical model that decodes under constraint masks."""
