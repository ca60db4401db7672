"""The catalogue of scales, styles, moods, roles, progressions and families of harmony."""
