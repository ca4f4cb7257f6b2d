"""What is prepared in the background: who gets a core first."""

from __future__ import annotations

import threading
import time

from snipproof.run.preparation import CorePool


def test_the_suite_that_is_proven_first_is_built_first() -> None:
    """Those that wait for a core get it by their turn, however they came, and one after the other."""
    cores = CorePool(1)
    order: list[int] = []
    done = threading.Event()

    def work(turn: int) -> None:
        with cores.work(turn):
            order.append(turn)
            done.wait()

    threads = [threading.Thread(target=work, args=(turn,)) for turn in (9, 5, 3, 4, 1, 2)]
    for thread in threads:
        thread.start()
        while not order:
            time.sleep(0.001)
    while len(cores._waiting) < 5:
        time.sleep(0.001)
    assert order == [9]
    done.set()
    for thread in threads:
        thread.join()
    assert order == [9, 1, 2, 3, 4, 5]
