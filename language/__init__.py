"""Text: languages, typing errors, and YAML data files. Knows nothing of RPC or music."""
