"""The edits: one function each, of (editor, edit), which changes the groove in place."""
