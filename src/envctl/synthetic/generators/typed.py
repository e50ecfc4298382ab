"""What makes the values of a column of which only its type and limits are known."""

from __future__ import annotations

from collections.abc import Mapping

from envctl.catalogue import Family
from envctl.synthetic.base import Field, Generator, Impossible
from envctl.synthetic.generators.arrays import Array
from envctl.synthetic.generators.binary import Bits, Bytes, Network, Uuid
from envctl.synthetic.generators.booleans import Flag, Listed
from envctl.synthetic.generators.documents import Hstore, Json
from envctl.synthetic.generators.numbers import Number
from envctl.synthetic.generators.pattern import Matching
from envctl.synthetic.generators.ranges import Range
from envctl.synthetic.generators.times import Moment
from envctl.synthetic.generators.times_clock import Clock
from envctl.synthetic.generators.times_lengths import Duration
from envctl.synthetic.generators.typed_letters import named
from envctl.synthetic.generators.typed_odd import Odd
from envctl.synthetic.generators.typed_text import Text

_FAMILIES: Mapping[Family, Generator] = {
    "text": Text(),
    "integer": Number(),
    "number": Number(),
    "date": Moment(),
    "timestamp": Moment(),
    "time": Clock(),
    "boolean": Flag(),
    "uuid": Uuid(),
    "network": Network(),
    "json": Json(),
    "bytes": Bytes(),
    "enum": Listed(),
    "hstore": Hstore(),
}
_OTHERS: tuple[Generator, ...] = (Number(), Duration(), Range(), Bits(), Odd())


def typed(field: Field) -> Generator:
    """What makes values of the column's type that its limits allow. Raises Impossible where there are none, or where
    nobody knows the type: that of an extension, a composite.
    """
    generator = _fitting(field)
    if generator is None:
        way = "; `null` leaves it empty" if field.column.nullable else ""
        raise Impossible(
            f"{named(field)} is of the type {field.column.type}, of which nothing is known here: an extension's, a "
            f"composite, or a range of your own (say under `columns` what it holds: `pick` from texts{way})"
        )
    if why := generator.objection(field):
        raise Impossible(f"{named(field)} ({field.column.type}): {why}")
    return generator


def _fitting(field: Field) -> Generator | None:
    column = field.column
    if column.array and column.family == "other" and _fitting(_single(field)) is None:
        return None
    if column.array:
        return Array()
    if field.limits.values is not None:
        return Listed()
    if column.family == "text" and field.limits.patterns:
        return Matching()
    if column.family != "other":
        return _FAMILIES[column.family]
    return next((one for one in _OTHERS if one.objection(field) is None), None)


def _single(field: Field) -> Field:
    from envctl.synthetic.generators.arrays import element_of

    return element_of(field)
