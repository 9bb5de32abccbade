import subprocess
import sys

_SEEN = """
import gc
from jumou.api.runtime import few_arenas, set_aside
few_arenas()
before = len(gc.get_objects())
set_aside()
print(gc.get_freeze_count() >= before // 2, len(gc.get_objects()) < before // 10, gc.isenabled())
"""


def test_what_stands_is_looked_through_for_garbage_no_more_and_what_is_new_still_is() -> None:
    told = subprocess.run([sys.executable, "-c", _SEEN], check=True, capture_output=True, text=True)
    assert told.stdout.split() == ["True", "True", "True"]
