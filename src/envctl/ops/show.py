"""The story of `open`."""

from __future__ import annotations

from envctl.errors import EnvctlError, Exit
from envctl.ops.observe import running_here
from envctl.ops.setting import Here
from envctl.ops.status import status_of
from envctl.reports.status import ServiceStatus
from envctl.reports.urls import Opened
from envctl.world.browser import show as show_in_browser


def show(here: Here, service: str | None, *, browse: bool) -> Opened:
    """Show a public service in the browser; without a name the only one there is."""
    status = status_of(here, running_here(here.world, here.identity))
    chosen = _chosen(status.services, service)
    return Opened(chosen.name, chosen.url or "", opened=browse and show_in_browser(here.world.shell, chosen.url or ""))


def _chosen(services: tuple[ServiceStatus, ...], name: str | None) -> ServiceStatus:
    public = {s.name: s for s in services if s.url}
    if name is None and len(public) == 1:
        return next(iter(public.values()))
    if name in public:
        return public[name]
    raise _refused(services, sorted(public), name)


def _refused(services: tuple[ServiceStatus, ...], public: list[str], name: str | None) -> EnvctlError:
    known = next((s for s in services if s.name == name), None)
    offered = f"Those with a URL now: {', '.join(public) or 'none'}."
    if name is None and public:
        return EnvctlError(Exit.USAGE, "more than one service has a URL", hint=f"Name one of {', '.join(public)}.")
    if name is None:
        message, code = "no service that runs has a URL", Exit.NOT_FOUND
    elif known is None:
        message, code = f"there is no service {name}", Exit.USAGE
    elif known.state != "running":
        message, code = f"{name} has no URL now: it is {known.state}", Exit.NOT_FOUND
    else:
        message, code = f"{name} has no URL", Exit.USAGE
    return EnvctlError(code, message, hint=f"{offered} `public = true` in the stack file gives a service one.")
