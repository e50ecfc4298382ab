"""Ways of masking. A way is one file and one line here: registry, reference and the policy's words at once."""

from __future__ import annotations

from collections.abc import Mapping

from envctl.masking.transforms.base import Transform
from envctl.masking.transforms.email import Email

TRANSFORMS: Mapping[str, type[Transform]] = {
    transform.name: transform
    for transform in (
        Email,
    )
}  # fmt: skip – one a line, so that a way is one line
