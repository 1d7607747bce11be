"""What every sample asks, of what kind of picture: terms of the taxonomy, with source and
confidence.
"""
