"""Networks and ports: what an environment has stays."""

from __future__ import annotations

import pytest

from envctl.errors import EnvctlError, Exit
from envctl.observed import Network
from envctl.plan import Plan
from tests.planning.made_up import running, steps


def port(plan: Plan, service: str) -> int:
    return plan.ports[service]


def test_ports_are_kept_over_a_stop() -> None:
    """The label of a container that is not running still says which it had."""
    daemon = running()
    before = daemon.plan().ports
    daemon.stop()
    assert before == daemon.plan().ports


def test_a_port_that_was_taken_meanwhile_is_left_and_what_tells_it_starts_anew() -> None:
    """A broker tells its clients the port on the host, so it is defined anew; nobody else is."""
    daemon = running()
    daemon.busy = (port(daemon.plan(), "events"),)
    daemon.change("events", state="exited", health=None, exit_code=0)
    expected = """remove container shop_main_events  # its definition changed
        start events  # its definition changed"""
    plan = daemon.plan()
    assert steps(expected) == steps(str(plan))
    assert daemon.busy != (port(plan, "events"),)


@pytest.mark.parametrize("subnets", [(), ("10.213.138.0/25", "10.213.0.0/25"), ("fd00::/64",)])
def test_a_network_of_another_shape_is_not_ours_to_use(subnets: tuple[str, ...]) -> None:
    """Nothing is planned on it."""
    daemon = running()
    daemon.network = Network("n", "shop_main", daemon.drawn.labels, subnets)
    with pytest.raises(EnvctlError, match="another shape") as caught:
        daemon.plan()
    assert Exit.NOT_OURS == caught.value.code
