"""The catalogue of scales, styles, moods, roles and progressions."""
