"""Brings outcomes of background work to the windows: on the GUI thread, to bound methods of living QObjects."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Hashable
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.gui.background import Job, Lane

Slot = Callable[[Any], None]


class Delivery(QObject):
    """The way back of one job. Signals cross threads; a receiver that is gone is simply not called."""

    progressed = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    _under_way: set[Delivery] = set()  # noqa: RUF012 (shared on purpose: keeps each alive until it has arrived)

    def __init__(self, succeeded: Slot, failed: Slot, progressed: Slot | None = None) -> None:
        super().__init__()
        self.succeeded.connect(succeeded)
        self.failed.connect(failed)
        if progressed is not None:
            self.progressed.connect(progressed)
        self.succeeded.connect(self._arrived)
        self.failed.connect(self._arrived)
        Delivery._under_way.add(self)

    def bring(self, kind: str, value: object) -> None:
        """Called in the lane's thread."""
        with contextlib.suppress(RuntimeError):  # the application has ended: nobody is left to tell
            {"progressed": self.progressed, "succeeded": self.succeeded, "failed": self.failed}[kind].emit(value)

    def _arrived(self, _value: object) -> None:
        Delivery._under_way.discard(self)


def submit(
    lane: Lane,
    work: Callable[..., Any],
    *arguments: Any,
    succeeded: Slot,
    failed: Slot,
    progressed: Slot | None = None,
    key: Hashable | None = None,
) -> Job:
    """Starts work and brings its outcome (a value, or a UserError or Cancelled) to the slots.

    A generator's yielded values go to `progressed`, its return value to `succeeded`.
    """
    delivery = Delivery(succeeded, failed, progressed)
    job = lane.start(work, *arguments, key=key)
    job.tell(delivery.bring)
    return job


def attach(job: Job, *, succeeded: Slot, failed: Slot) -> None:
    """Brings the outcome of a job that was started earlier."""
    job.tell(Delivery(succeeded, failed).bring)
