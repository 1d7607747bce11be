"""A clock that jumps: Python imports this at its start where the folder is on PYTHONPATH.

    CHAOS_CLOCK="3.5 -7200"     after 3.5 s of CPU time, a process' clock is two hours behind

`time.time` and `time.time_ns` jump; the monotonic clock, `datetime` and the stamps of files stay,
as a process sees it that asks the first two while the machine's clock is corrected under it.
"""

import os
import time

_SET = os.environ.get("CHAOS_CLOCK", "")

if _SET:
    _after, _jump = map(float, _SET.split())
    _time, _time_ns, _spent = time.time, time.time_ns, time.process_time

    def _shift() -> float:
        return _jump if _spent() >= _after else 0.0

    time.time = lambda: _time() + _shift()
    time.time_ns = lambda: _time_ns() + int(_shift() * 1e9)
