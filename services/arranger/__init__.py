"""Arranger: several parts on one plan, composed by melody and drums, bar by bar in playing order."""
