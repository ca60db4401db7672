"""Styles: their data and its loader, the default style, and the fitting of a style to a metre."""
