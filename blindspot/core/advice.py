"""A line of `blindspot validate` that is no passed check.

    ok  model: transformers_local, fingerprint 3f2a…
    note  acceptance: generation.canary = 20 cannot show that a strong category held within 5%; …

What makes a run impossible is an error, not a note.
"""


class Note(str):
    """Something is unknown, left out, or too little for what it is meant for."""

    __slots__ = ()
