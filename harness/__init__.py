"""Honest numbers: every sample asked once, every answer durable, failures kept apart from wrong
answers.
"""
