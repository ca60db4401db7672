"""The plan of an arrangement: its parts, its form, and what each part is asked for."""
