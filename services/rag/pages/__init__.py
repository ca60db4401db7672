"""The pages of know-how: how they are written, read and kept up to date."""
