"""What is said of a broker that does not answer. What one answers: tests/contracts/test_broker.py."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.offsets import End, Partition
from envctl.seeds.kafka.offsets import Broker, RealBroker

ONE = Partition("orders", 0)
SOON = 0.5  # seconds
QUESTIONS: dict[str, Callable[[Broker], object]] = {
    "tell its topics": lambda broker: broker.topics(),
    "tell its consumer groups": lambda broker: broker.groups(),
    "tell of the consumer group workers": lambda broker: broker.group("workers"),
    "tell the offsets of workers": lambda broker: broker.committed("workers"),
    "tell which messages it has": lambda broker: broker.ranges([ONE], End("latest")),
}


@pytest.fixture(params=["nobody listens", "nobody answers"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where there is no broker."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        if request.param == "nobody answers":
            listening.listen()
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.parametrize("what", QUESTIONS)
def test_a_broker_that_does_not_answer_is_told(address: str, what: str, capfd: pytest.CaptureFixture[str]) -> None:
    """What it did not do, and that nothing was changed; the client library itself prints nothing."""
    with pytest.raises(EnvctlError) as caught:
        QUESTIONS[what](RealBroker(address, SOON))
    assert (Exit.UNHEALTHY, "No offset was changed.") == (caught.value.code, caught.value.unchanged)
    assert caught.value.message.startswith(f"the broker at {address} did not {what}: ")
    assert ("", "") == capfd.readouterr()


def test_an_answer_that_is_lost_leaves_it_open(address: str) -> None:
    """Nobody says that nothing was changed where that is not known."""
    with pytest.raises(EnvctlError, match="did not set the offsets of workers") as caught:
        RealBroker(address, SOON).commit("workers", {ONE: 0})
    assert (Exit.UNHEALTHY, "Whether its offsets were changed is not known.") == (
        caught.value.code,
        caught.value.unchanged,
    )
