"""Numbers that prove themselves: what their last digits say of the others."""

from __future__ import annotations

import ipaddress
import re

_CARD = range(13, 20)  # digits
_CARDS = "23456"  # what those of the known companies begin with
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_DNI = "TRWAGMYFPDXBNJZSQVHLCKE"
_NIR = 15  # digits of a French social security number, two of them of its check
_PESEL = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)


def is_card(text: str) -> bool:
    """Whether it is written as a payment card's number is, and passes Luhn's check."""
    digits = re.sub(r"[ -]", "", text)
    plain = digits.isascii() and digits.isdigit()
    return plain and len(digits) in _CARD and digits[0] in _CARDS and len(set(digits)) > 1 and luhn(digits)


def luhn(digits: str) -> bool:
    """Whether every second digit from the right, doubled, makes the sum a multiple of ten."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(doubled)) % 10 == 0


def is_iban(text: str) -> bool:
    """Whether it has an IBAN's form and passes its check (mod 97)."""
    bare = text.replace(" ", "").upper()
    if not _IBAN.fullmatch(bare):
        return False
    return int("".join(str(int(letter, 36)) for letter in bare[4:] + bare[:4])) % 97 == 1


def is_ip(text: str) -> bool:
    """Whether it is an address of IPv4 or IPv6, with or without its prefix length."""
    try:
        ipaddress.ip_interface(text)
    except ValueError:
        return False
    return "." in text or ":" in text


def is_national(text: str) -> bool:
    """Whether it is a number that a state gave to somebody: of Spain, France, Poland, Brazil or Italy, by its check."""
    bare = re.sub(r"[ .\-/]", "", text).upper()
    if re.fullmatch(r"[XYZ\d]\d{7}[A-Z]", bare):
        return _DNI[int(bare[:-1].translate(str.maketrans("XYZ", "012"))) % 23] == bare[-1]
    if not (bare.isascii() and bare.isdigit()):
        return False
    if len(bare) == _NIR:
        return bare[0] in "12" and 97 - int(bare[:13]) % 97 == int(bare[13:])
    return _polish(bare) or _brazilian(bare)


def _polish(digits: str) -> bool:
    if len(digits) != len(_PESEL) + 1:
        return False
    summed = sum(int(digit) * weight for digit, weight in zip(digits, _PESEL, strict=False))
    return int(digits[2:4]) % 20 in range(1, 13) and (10 - summed % 10) % 10 == int(digits[-1])


def _brazilian(digits: str) -> bool:
    if len(digits) != 11 or len(set(digits)) == 1:  # noqa: PLR2004 – digits of a CPF
        return False
    checks = (sum(int(digits[i]) * (size + 1 - i) for i in range(size)) * 10 % 11 % 10 for size in (9, 10))
    return "".join(map(str, checks)) == digits[9:]
