"""From a question or a prompt to the pages about it, by keyword."""
