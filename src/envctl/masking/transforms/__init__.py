"""Ways of masking. A way is one file and one line here: registry, reference and the policy's words at once."""

from __future__ import annotations

from collections.abc import Mapping

from envctl.masking.transforms.address import Address
from envctl.masking.transforms.base import Transform
from envctl.masking.transforms.bytes import Bytes
from envctl.masking.transforms.card import Card
from envctl.masking.transforms.city import City
from envctl.masking.transforms.email import Email
from envctl.masking.transforms.hash import Hash
from envctl.masking.transforms.iban import Iban
from envctl.masking.transforms.ip import Ip
from envctl.masking.transforms.json import Json
from envctl.masking.transforms.keep import Keep
from envctl.masking.transforms.name import Name
from envctl.masking.transforms.noise import Noise
from envctl.masking.transforms.null import Null
from envctl.masking.transforms.phone import Phone
from envctl.masking.transforms.pick import Pick
from envctl.masking.transforms.redact import Redact
from envctl.masking.transforms.regex import Regex
from envctl.masking.transforms.shift import Shift
from envctl.masking.transforms.template import Template
from envctl.masking.transforms.text import Text
from envctl.masking.transforms.url import Url
from envctl.masking.transforms.username import Username
from envctl.masking.transforms.uuid import Uuid

_WAYS: tuple[type[Transform], ...] = (
    Address,
    Bytes,
    Card,
    City,
    Email,
    Hash,
    Iban,
    Ip,
    Json,
    Keep,
    Name,
    Noise,
    Null,
    Phone,
    Pick,
    Redact,
    Regex,
    Shift,
    Template,
    Text,
    Url,
    Username,
    Uuid,
)

TRANSFORMS: Mapping[str, type[Transform]] = {way.name: way for way in _WAYS}
