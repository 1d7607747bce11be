"""Every error that a user can cause, each with what went wrong, why, and what to do.

    BlindspotError                 exit code
    ├── UsageError                 2   the command, the config or the input data must change
    │   ├── ConfigError                a wrong key or value, or a folder made with other settings
    │   ├── UnknownNameError           no plugin of that name
    │   └── DataError                  a benchmark, checkpoint or artifact that cannot be used
    └── StageError                 1   a stage began and could not finish

The command line prints them without a traceback; anything else that escapes is a defect of ours.
"""


class BlindspotError(Exception):
    """An error with a way out: `what` failed, `why`, and what the user can do (`way_out`)."""

    exit_code = 1

    def __init__(self, what: str, why: str, way_out: str) -> None:
        super().__init__(f"{what}: {why}. {way_out}")
        self.what = what
        self.why = why
        self.way_out = way_out


class UsageError(BlindspotError):
    """The user's command, config or data must change."""

    exit_code = 2


class ConfigError(UsageError):
    """A key or value in the config that cannot be used."""


class UnknownNameError(UsageError):
    """No plugin has this name."""


class DataError(UsageError):
    """A file that the user brought cannot be used as it is."""


class StageError(BlindspotError):
    """A stage began and could not finish; running the same command again continues it."""
