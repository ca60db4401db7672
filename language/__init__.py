"""Text: two languages, names of parts, locales, typing errors, YAML data files. Imports no RPC and no music."""
