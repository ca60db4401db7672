"""How well melody models predict lines, and what they compose, in one run and one table."""
