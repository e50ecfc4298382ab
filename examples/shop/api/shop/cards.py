"""Card numbers: checked, then forgotten. What is kept is the brand, the last four digits and a token."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

# The payment provider's test numbers end like this: it lets them through checks and then declines them.
DECLINED = "4000000000000002"


@dataclass(frozen=True)
class Authorised:
    """What the shop may remember of a card."""

    brand: str
    last4: str
    token: str


def authorise(number: str) -> Authorised:
    """Swap a card number for a token, as a payment provider would; ValueError if it is no card number."""
    digits = number.replace(" ", "").replace("-", "")
    if not (digits.isascii() and digits.isdigit() and 12 <= len(digits) <= 19 and luhn(digits)):
        raise ValueError("This is not a card number.")
    kind = "declined" if digits == DECLINED else "card"
    return Authorised(brand(digits), digits[-4:], f"tok_{kind}_{secrets.token_hex(12)}")


def luhn(digits: str) -> bool:
    """Whether the last digit is the right check digit."""
    doubled = [int(d) * 2 for d in digits[-2::-2]]
    return (sum(int(d) for d in digits[-1::-2]) + sum(d - 9 if d > 9 else d for d in doubled)) % 10 == 0


def brand(digits: str) -> str:
    """The brand that a number's first digits belong to."""
    if digits.startswith("4"):
        return "Visa"
    if digits.startswith(("34", "37")):
        return "American Express"
    return "Mastercard" if "51" <= digits[:2] <= "55" else "Card"
