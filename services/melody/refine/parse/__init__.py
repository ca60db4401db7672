"""From the words of an instruction to edits of a pitched part."""
