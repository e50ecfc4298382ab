"""What is kept of a rendered project."""

from __future__ import annotations

from envctl.runtimes.compose.masked import masked
from envctl.text import MASK


def test_names_that_tell_of_a_secret_hide_their_value() -> None:
    """A team may have written a password into its own Compose file."""
    project = {"services": {"db": {"image": "db:1", "environment": {"DB_PASSWORD": "a", "MODE": "b", "API_KEY": ""}}}}
    said = masked(project)["services"]["db"]
    assert {"DB_PASSWORD": MASK, "MODE": "b", "API_KEY": ""} == said["environment"]
    assert "db:1" == said["image"]


def test_passwords_in_urls_are_hidden_wherever_they_stand() -> None:
    """In a command, a health check, a list of variables."""
    said = masked({"services": {"api": {"command": ["serve", "amqp://me:pw@mq:5672/"]}}})
    assert ["serve", f"amqp://me:{MASK}@mq:5672/"] == said["services"]["api"]["command"]


def test_what_a_file_itself_holds_is_hidden() -> None:
    """Secrets and configs may stand in the Compose file; where they come from is no secret."""
    said = masked({"services": {}, "secrets": {"a": {"file": "/a"}}, "configs": {"b": {"content": "x"}}})
    assert ({"a": {"file": "/a"}}, {"b": {"content": MASK}}) == (said["secrets"], said["configs"])
