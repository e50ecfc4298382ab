"""What becomes of an order: pure, so that the same order always ends the same way."""

from __future__ import annotations

from dataclasses import dataclass

# The payment provider captures at most this much at once.
LIMIT_CENTS = 500_000


@dataclass(frozen=True)
class Outcome:
    """How an order ended; `repeated` if that was decided before."""

    status: str
    amount_cents: int
    repeated: bool = False

    @property
    def restocked(self) -> bool:
        """Whether the goods went back on the shelf just now."""
        return self.status == "rejected" and not self.repeated


def decide(status: str, token: str, amount_cents: int) -> Outcome:
    """Confirm an order whose payment can be captured, reject the others, leave a decided one alone."""
    if status != "received":
        return Outcome(status, amount_cents, repeated=True)
    declined = token.startswith("tok_declined_") or amount_cents > LIMIT_CENTS
    return Outcome("rejected" if declined else "confirmed", amount_cents)
