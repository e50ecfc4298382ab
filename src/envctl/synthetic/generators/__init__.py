"""What makes values. A family of generators is one file, and each has a line here: registry, reference and the stack
file's words at once.
"""

from __future__ import annotations

from collections.abc import Mapping

from envctl.synthetic.base import Generator
from envctl.synthetic.generators.arrays import Array
from envctl.synthetic.generators.binary import Bits, Bytes, Network, Uuid
from envctl.synthetic.generators.booleans import Flag, Listed, Null
from envctl.synthetic.generators.documents import Hstore, Json
from envctl.synthetic.generators.numbers import Number
from envctl.synthetic.generators.pattern import Matching
from envctl.synthetic.generators.ranges import Range
from envctl.synthetic.generators.times import Moment
from envctl.synthetic.generators.times_clock import Clock, Duration
from envctl.synthetic.generators.typed_odd import Odd
from envctl.synthetic.generators.typed_text import Text

_GENERATORS: tuple[type[Generator], ...] = (
    Array,
    Bits,
    Bytes,
    Clock,
    Duration,
    Flag,
    Hstore,
    Json,
    Listed,
    Matching,
    Moment,
    Network,
    Null,
    Number,
    Odd,
    Range,
    Text,
    Uuid,
)

GENERATORS: Mapping[str, type[Generator]] = {generator.name: generator for generator in _GENERATORS}
