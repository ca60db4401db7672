"""Know-how: the page for a prompt, and a chat that cites its pages."""
