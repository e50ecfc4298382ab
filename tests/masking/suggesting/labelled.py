"""Columns whose answer is known: what a person who reads the name and some values would say of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from faker import Faker

SIZE = 200
Maker = Callable[[Faker, random.Random], str]


@dataclass(frozen=True)
class Labelled:
    """`right` is how it is masked at best (a word of a rule), `keep`, or `masked` where any other is right."""

    table: str
    column: str  # with its type, as `made_up.column` reads it
    right: str
    maker: Maker | None = None
    unique: bool = False


@cache
def values(labelled: Labelled) -> list[str]:
    """Values of it, the same every time."""
    fake = Faker("en_US", use_weighting=False)
    fake.seed_instance(labelled.column)
    rng = random.Random(labelled.column)
    return [labelled.maker(fake, rng) for _ in range(SIZE)] if labelled.maker else []


def one_of(*some: str) -> Maker:
    """One of these."""
    return lambda fake, rng: rng.choice(some)


def local(locale: str, method: str) -> Maker:
    """What Faker makes in another country."""
    other = Faker(locale, use_weighting=False)
    other.seed_instance(locale + method)
    return lambda fake, rng: str(getattr(other, method)())


def _day(start: int, end: int) -> Maker:
    return lambda fake, rng: f"{rng.randrange(start, end)}-{rng.randrange(1, 13):02}-{rng.randrange(1, 28):02}"


def _base62(length: int, before: str = "") -> Maker:
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return lambda fake, rng: before + "".join(rng.choice(letters) for _ in range(length))


def _number(low: int, high: int) -> Maker:
    return lambda fake, rng: str(rng.randrange(low, high))


email: Maker = lambda fake, rng: fake.email()  # noqa: E731
first: Maker = lambda fake, rng: fake.first_name()  # noqa: E731
last: Maker = lambda fake, rng: fake.last_name()  # noqa: E731
full: Maker = lambda fake, rng: fake.name()  # noqa: E731
phone: Maker = lambda fake, rng: fake.phone_number()  # noqa: E731
street: Maker = lambda fake, rng: fake.street_address()  # noqa: E731
town: Maker = lambda fake, rng: fake.city()  # noqa: E731
sentence: Maker = lambda fake, rng: fake.paragraph()  # noqa: E731
born = _day(1940, 2006)
lately = _day(2023, 2026)
moment: Maker = lambda fake, rng: f"{lately(fake, rng)} {rng.randrange(24):02}:00:00+00"  # noqa: E731
count = _number(1, 50)
price: Maker = lambda fake, rng: f"{rng.randrange(1, 500)}.{rng.randrange(100):02}"  # noqa: E731

PERSONAL: tuple[Labelled, ...] = (
    Labelled("customers", "email text", "email", email),
    Labelled("customers", "EMailAddress varchar(255)", "email", email),
    Labelled("orders", "contact_mail text", "email", email),
    Labelled("orders", "billing_email citext", "email"),
    Labelled("events", "payload_a text", "email", email),  # its name says nothing
    Labelled("abo", "courriel text", "email"),
    Labelled("socios", "correo_electronico text", "email"),
    Labelled("customers", "phone text", "phone", phone),
    Labelled("customers", "mobileNo varchar(30)", "phone", phone),
    Labelled("kunden", "telefon text", "phone", local("de_DE", "phone_number")),
    Labelled("orders", "x1 text", "phone", local("fr_FR", "phone_number")),
    Labelled("clients", "numero_telephone text", "phone"),
    Labelled("staff", "cell_phone text", "phone"),
    Labelled("users", "fax text", "phone"),
    Labelled("payments", "card_number text", "card", lambda fake, rng: fake.credit_card_number("visa16")),
    Labelled("payments", "pan varchar(19)", "card", lambda fake, rng: fake.credit_card_number("mastercard")),
    Labelled("payments", "ref_2 text", "card", lambda fake, rng: fake.credit_card_number("visa16")),
    Labelled("payments", "instrument bigint", "masked", lambda fake, rng: fake.credit_card_number("visa16")),
    Labelled("accounts", "iban varchar(34)", "iban", local("de_DE", "iban")),
    Labelled("accounts", "field_7 text", "iban", local("fr_FR", "iban")),
    Labelled("accounts", "bank_account text", "masked"),
    Labelled("accounts", "kontonummer text", "masked", _number(10**9, 10**10)),
    Labelled("accounts", "routing_number text", "masked"),
    Labelled("customers", "first_name text", "name", first),
    Labelled("customers", "fname text", "name"),
    Labelled("customers", "vorname text", "name", local("de_DE", "first_name")),
    Labelled("clients", "prenom text", "name", local("fr_FR", "first_name")),
    Labelled("clientes", "nombre text", "name", local("es_ES", "first_name")),
    Labelled("customers", "middleName text", "name"),
    Labelled("customers", "last_name text", "name", last),
    Labelled("customers", "surname varchar(40)", "name", last),
    Labelled("customers", "nachname text", "name", local("de_DE", "last_name")),
    Labelled("clientes", "apellidos text", "name"),
    Labelled("customers", "maiden_name text", "name"),
    Labelled("customers", "name text", "name", full),
    Labelled("orders", "customer_name text", "name", full),
    Labelled("orders", "recipient text", "name", full),
    Labelled("orders", "col_b text", "name", local("de_DE", "name")),
    Labelled("payments", "cardholder_name text", "name"),
    Labelled("contacts", "full_name text", "name"),
    Labelled("contacts", "next_of_kin text", "name"),
    Labelled("customers", "username text", "username", lambda fake, rng: fake.user_name()),
    Labelled("customers", "login text", "username", lambda fake, rng: fake.user_name()),
    Labelled("posts", "nickname text", "username"),
    Labelled("posts", "updated_by text", "username", lambda fake, rng: fake.user_name()),
    Labelled("customers", "address text", "address", street),
    Labelled("orders", "shipping_street text", "address", street),
    Labelled("orders", "ship_to text", "address", street),
    Labelled("kunden", "strasse text", "address", local("de_DE", "street_address")),
    Labelled("clients", "adresse_ligne_1 text", "address", local("fr_FR", "street_address")),
    Labelled("customers", "addr2 text", "address"),
    Labelled("customers", "house_number text", "masked"),
    Labelled("customers", "city text", "city", town),
    Labelled("kunden", "wohnort text", "city", local("de_DE", "city")),
    Labelled("orders", "loc text", "city", local("de_DE", "city")),
    Labelled("clients", "ville text", "city"),
    Labelled("customers", "zip_code text", "masked", lambda fake, rng: fake.zipcode()),
    Labelled("kunden", "plz bpchar(5)", "masked", _number(10000, 99999)),
    Labelled("addresses", "postal_code varchar(10)", "masked"),
    Labelled("addresses", "district text", "masked"),
    Labelled("sessions", "ip_address text", "ip", lambda fake, rng: fake.ipv4()),
    Labelled("sessions", "client inet", "ip", lambda fake, rng: fake.ipv4()),
    Labelled("logs", "origin text", "ip", lambda fake, rng: fake.ipv6()),
    Labelled("logs", "remote_addr text", "ip"),
    Labelled("devices", "mac_address text", "masked", lambda fake, rng: fake.mac_address()),
    Labelled("devices", "imei text", "masked", _number(10**14, 10**15)),
    Labelled("devices", "device_id text", "masked"),
    Labelled("logs", "user_agent text", "masked", lambda fake, rng: fake.user_agent()),
    Labelled("users", "website text", "url", lambda fake, rng: fake.url()),
    Labelled("users", "avatar_url text", "url", lambda fake, rng: fake.image_url()),
    Labelled("customers", "date_of_birth date", "shift", born),
    Labelled("customers", "dob date", "shift"),
    Labelled("kunden", "geburtsdatum date", "shift", born),
    Labelled("clients", "date_naissance date", "shift"),
    Labelled("people", "d1 date", "shift", born),
    Labelled("customers", "birthday text", "masked", born),
    Labelled("customers", "birth_year integer", "noise", _number(1940, 2006)),
    Labelled("customers", "age smallint", "noise", _number(18, 90)),
    Labelled("patients", "age_group text", "masked", one_of("18-29", "30-49", "50-69", "70+")),
    Labelled("employees", "hired_on date", "shift", lately),
    Labelled("employees", "termination_date date", "shift"),
    Labelled("patients", "admitted_at timestamptz", "shift", moment),
    Labelled("users", "last_login timestamptz", "shift", moment),
    Labelled("patients", "died date", "shift"),
    Labelled("employees", "start_date date", "shift", lately),
    Labelled("users", "password text", "masked"),
    Labelled("users", "password_hash text", "masked", _base62(53, "$2b" + "$12$")),
    Labelled("users", "encrypted_pwd bytea", "bytes"),
    Labelled("settings", "value_1 text", "masked", _base62(24, "sk_" + "live_")),
    Labelled("sessions", "token text", "masked", _base62(40), unique=True),
    Labelled("sessions", "k text", "masked", _base62(32)),
    Labelled("integrations", "api_key text", "masked"),
    Labelled("integrations", "clientSecret text", "masked"),
    Labelled("users", "otp_secret text", "masked"),
    Labelled("users", "remember_digest text", "masked"),
    Labelled("users", "reset_token uuid", "uuid", lambda fake, rng: fake.uuid4()),
    Labelled("cards", "cvv text", "masked", _number(100, 999)),
    Labelled("cards", "pin smallint", "masked", _number(1000, 9999)),
    Labelled("vouchers", "access_code text", "masked"),
    Labelled("users", "ssn text", "masked", lambda fake, rng: fake.ssn()),
    Labelled("users", "misc text", "masked", lambda fake, rng: fake.ssn()),
    Labelled("users", "ssn_digits integer", "masked", _number(10**8, 10**9)),
    Labelled("users", "passport_no text", "masked"),
    Labelled("users", "tax_id text", "masked"),
    Labelled("kunden", "steuernummer text", "masked"),
    Labelled("clientes", "dni text", "masked", local("es_ES", "nif")),
    Labelled("pessoas", "cpf text", "masked", local("pt_BR", "cpf")),
    Labelled("osoby", "pesel text", "masked", local("pl_PL", "pesel")),
    Labelled("osoby", "numer text", "masked", local("pl_PL", "pesel")),
    Labelled("drivers", "driver_license text", "masked"),
    Labelled("cars", "license_plate text", "masked", lambda fake, rng: fake.license_plate()),
    Labelled("customers", "customer_number integer", "masked", _number(10**5, 10**6)),
    Labelled("users", "facebook_id bigint", "masked", _number(10**14, 10**15)),
    Labelled("users", "stripe_customer_id text", "masked"),
    Labelled("users", "gender text", "masked", one_of("female", "male", "other")),
    Labelled("users", "sex bpchar(1)", "masked", one_of("f", "m")),
    Labelled("users", "religion text", "masked", one_of("none", "a", "b")),
    Labelled("users", "ethnicity text", "masked"),
    Labelled("users", "nationality text", "masked"),
    Labelled("users", "marital_status text", "masked", one_of("single", "married")),
    Labelled("patients", "blood_type text", "masked", one_of("A+", "0-", "AB+")),
    Labelled("patients", "diagnosis text", "masked"),
    Labelled("patients", "hiv_status text", "masked", one_of("positive", "negative")),
    Labelled("patients", "is_smoker boolean", "pick", one_of("t", "f")),
    Labelled("patients", "pregnant boolean", "pick"),
    Labelled("patients", "cancer_stage text", "masked", one_of("I", "II", "III")),
    Labelled("people", "education_level text", "masked", one_of("primary", "secondary", "tertiary")),
    Labelled("people", "native_language text", "masked", one_of("de", "tr", "ar")),
    Labelled("people", "is_refugee boolean", "pick"),
    Labelled("people", "number_of_children smallint", "noise", _number(0, 6)),
    Labelled("people", "graduation_year smallint", "noise", _number(1970, 2024)),
    Labelled("people", "passport_expires date", "shift", lately),
    Labelled("people", "credit_rating text", "masked", one_of("A", "B", "C")),
    Labelled("patients", "weight_kg numeric(5,2)", "noise", price),
    Labelled("employees", "salary numeric(10,2)", "noise", price),
    Labelled("employees", "salary_amount integer", "noise", _number(20000, 90000)),
    Labelled("employees", "income_level text", "masked", one_of("low", "middle", "high")),
    Labelled("accounts", "balance numeric(12,2)", "noise", price),
    Labelled("users", "latitude double", "noise", lambda fake, rng: str(fake.latitude())),
    Labelled("users", "lng numeric(9,6)", "noise", lambda fake, rng: str(fake.longitude())),
    Labelled("users", "employer text", "masked", lambda fake, rng: fake.company()),
    Labelled("users", "bio text", "text", sentence),
    Labelled("tickets", "message text", "text", sentence),
    Labelled("tickets", "body_html text", "text"),
    Labelled("orders", "notes text", "text", sentence),
    Labelled("orders", "zzz text", "text", sentence),
    Labelled("kunden", "bemerkung text", "text"),
    Labelled("users", "photo bytea", "bytes"),
    Labelled("users", "signature bytea", "bytes"),
    Labelled("users", "profile jsonb", "json", lambda fake, rng: f'{{"contact": {{"email": "{fake.email()}"}}}}'),
    Labelled("users", "preferences json", "json"),
    Labelled("users", "emails text[]", "email", lambda fake, rng: "{" + fake.email() + "," + fake.email() + "}"),
)
HARMLESS: tuple[Labelled, ...] = (
    Labelled("orders", "id integer#", "keep"),
    Labelled("orders", "created_at timestamptz", "keep", moment),
    Labelled("customers", "updated_at timestamptz", "keep", moment),
    Labelled("customers", "email_verified_at timestamptz", "keep", moment),
    Labelled("orders", "order_date date", "keep", lately),
    Labelled("orders", "shipped_at timestamptz", "keep"),
    Labelled("invoices", "due_date date", "keep", lately),
    Labelled("orders", "deletedOn timestamp", "keep"),
    Labelled("bestellungen", "erstellt_am timestamptz", "keep"),
    Labelled("orders", "quantity integer", "keep", count),
    Labelled("order_lines", "qty smallint", "keep", count),
    Labelled("products", "stock integer", "keep"),
    Labelled("orders", "total numeric(10,2)", "keep", price),
    Labelled("products", "unit_price numeric(10,2)", "keep", price),
    Labelled("products", "preis numeric(10,2)", "keep"),
    Labelled("orders", "discount_percent numeric(4,2)", "keep"),
    Labelled("orders", "tax numeric(10,2)", "keep"),
    Labelled("orders", "status text", "keep", one_of("open", "paid", "shipped")),
    Labelled("orders", "currency bpchar(3)", "keep", one_of("EUR", "USD")),
    Labelled("customers", "country_code bpchar(2)", "keep", one_of("DE", "FR", "US")),
    Labelled("customers", "locale varchar(5)", "keep", one_of("de_DE", "en_US")),
    Labelled("customers", "timezone text", "keep", one_of("Europe/Berlin", "America/New_York")),
    Labelled("payments", "payment_method text", "keep", one_of("card", "transfer")),
    Labelled("payments", "card_type text", "keep", one_of("credit", "debit")),
    Labelled("users", "role text", "keep", one_of("admin", "editor")),
    Labelled("users", "is_active boolean", "keep", one_of("t", "f")),
    Labelled("users", "email_verified boolean", "keep"),
    Labelled("users", "newsletter boolean", "keep"),
    Labelled("users", "login_count integer", "keep", count),
    Labelled("users", "failed_attempts smallint", "keep", count),
    Labelled("files", "size_bytes bigint", "keep", _number(1, 10**6)),
    Labelled("files", "mime_type text", "keep", one_of("text/html", "image/png")),
    Labelled("jobs", "retries integer", "keep"),
    Labelled("jobs", "priority integer", "keep", _number(0, 9)),
    Labelled("jobs", "finished_at timestamptz", "keep", moment),
    Labelled("products", "category text", "keep", one_of("shoes", "shirts", "hats")),
    Labelled("categories", "name text", "keep"),
    Labelled("roles", "name text", "keep", one_of("admin", "editor", "viewer")),
    Labelled("products", "version integer", "keep"),
    Labelled("things", "kind_2 text", "keep", one_of("alpha", "beta", "gamma")),
)
