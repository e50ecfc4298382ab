"""The kinds of services: one file each. The list is registry, schema and documentation source at once."""

from __future__ import annotations

from typing import get_args

from envctl.services.app import App
from envctl.services.base import Complaint, LimitsSection, Section, Service
from envctl.services.kafka import Kafka
from envctl.services.postgres import Postgres
from envctl.services.redis import Redis

KINDS: tuple[type[Service], ...] = (App, Postgres, Kafka, Redis)


def kind_name(kind: type[Service]) -> str:
    """What `kind = "…"` says for it."""
    return str(get_args(kind.model_fields["kind"].annotation)[0])


BY_NAME: dict[str, type[Service]] = {kind_name(kind): kind for kind in KINDS}

__all__ = ["BY_NAME", "KINDS", "Complaint", "LimitsSection", "Section", "Service", "kind_name"]
