"""`python -m jumou.testing [PORT]`: the scripted model on a port of this machine, for trying jumou without a model.

It answers every task of the drafter properly, from what it is shown; it understands nothing.
"""

import sys
import threading

from jumou.testing import ModelServer, good_answers


def main() -> None:
    """Serves until it is interrupted; the address stands on the first line of the output."""
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    with ModelServer(good_answers, latency=0.2, port=port) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
