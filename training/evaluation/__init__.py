"""How well melody models foretell lines, and what they compose, in one run and one table."""
