"""Styles of grooves: data, loader, fills, fitting to other meters."""
