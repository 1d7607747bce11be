"""Diagnostics: from an evaluation to weaknesses, error stages, a data mixture, and changes over
rounds.
"""
