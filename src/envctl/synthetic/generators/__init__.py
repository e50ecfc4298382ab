"""What makes values. A family of generators is one file, and each has a line here: registry, reference and the stack
file's words at once.
"""

from __future__ import annotations

from collections.abc import Mapping

from envctl.synthetic.base import Generator
from envctl.synthetic.generators.addresses import Address, Street
from envctl.synthetic.generators.arrays import Array
from envctl.synthetic.generators.between import Between
from envctl.synthetic.generators.binary import Bits, Bytes, Network, Uuid
from envctl.synthetic.generators.booleans import Flag, Listed, Null
from envctl.synthetic.generators.codes import Card, Ean, Iban, Isbn, Sku
from envctl.synthetic.generators.commerce import Company, Currency, Price
from envctl.synthetic.generators.contacts import Email, Username
from envctl.synthetic.generators.countries import Country, CountryCode
from envctl.synthetic.generators.degrees import Latitude, Longitude
from envctl.synthetic.generators.documents import Hstore, Json
from envctl.synthetic.generators.formula import Formula
from envctl.synthetic.generators.network import Color, Domain, Ip, Mac, MimeType, Url, UserAgent
from envctl.synthetic.generators.numbers import Number
from envctl.synthetic.generators.pattern import Matching
from envctl.synthetic.generators.people import FirstName, FullName, Gender, Job, LastName, Salutation
from envctl.synthetic.generators.phone import Phone
from envctl.synthetic.generators.pick import Constant, Pick, Sequence
from envctl.synthetic.generators.places import City, Postcode, State, Timezone
from envctl.synthetic.generators.ranges import Range
from envctl.synthetic.generators.related import Case, Copy, Same
from envctl.synthetic.generators.secrets import PasswordHash, Token
from envctl.synthetic.generators.template import Template
from envctl.synthetic.generators.texts import FileName, Paragraph, Product, Sentence, Slug, Title, Word
from envctl.synthetic.generators.times import Moment
from envctl.synthetic.generators.times_clock import Clock
from envctl.synthetic.generators.times_lengths import Duration
from envctl.synthetic.generators.typed_odd import Odd
from envctl.synthetic.generators.typed_text import Text

_GENERATORS: tuple[type[Generator], ...] = (
    Address,
    Array,
    Between,
    Bits,
    Bytes,
    Card,
    Case,
    City,
    Clock,
    Color,
    Company,
    Constant,
    Copy,
    Country,
    CountryCode,
    Currency,
    Domain,
    Duration,
    Ean,
    Email,
    FileName,
    FirstName,
    Flag,
    Formula,
    FullName,
    Gender,
    Hstore,
    Iban,
    Ip,
    Isbn,
    Job,
    Json,
    LastName,
    Latitude,
    Listed,
    Longitude,
    Mac,
    Matching,
    MimeType,
    Moment,
    Network,
    Null,
    Number,
    Odd,
    Paragraph,
    PasswordHash,
    Phone,
    Pick,
    Postcode,
    Price,
    Product,
    Range,
    Salutation,
    Same,
    Sentence,
    Sequence,
    Sku,
    Slug,
    State,
    Street,
    Template,
    Text,
    Timezone,
    Title,
    Token,
    Url,
    UserAgent,
    Username,
    Uuid,
    Word,
)

GENERATORS: Mapping[str, type[Generator]] = {generator.name: generator for generator in _GENERATORS}
