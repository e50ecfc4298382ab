"""The words that made-up titles and products consist of, and what columns of few values hold, by their names."""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ADJECTIVES = _words("""
    Classic Compact Comfortable Durable Elegant Ergonomic Essential Flexible Foldable Heavy Large Light Luxury
    Mini Modern Natural Portable Practical Premium Pro Reliable Robust Rustic Simple Sleek Slim Small Smart Soft
    Solid Sturdy Vintage Warm Waterproof
""")
MATERIALS = _words("""
    Aluminium Bamboo Brass Canvas Ceramic Copper Cork Cotton Denim Felt Glass Granite Jute Leather Linen Marble
    Oak Paper Pine Rubber Silk Steel Stone Teak Velvet Walnut Wicker Wool
""")
THINGS = _words("""
    Backpack Basket Bench Blanket Bottle Bowl Box Cabinet Chair Clock Cup Curtain Cushion Desk Frame Gloves Hat
    Headphones Jacket Kettle Keyboard Knife Lamp Mat Mirror Mug Notebook Pan Pen Pillow Planter Plate Rug Scarf
    Shelf Shirt Shoes Speaker Stool Table Teapot Towel Tray Umbrella Vase Wallet Watch
""")
SCENES = _words("""
    Amber Ancient Autumn Blue Bright Broken Burning Calm Crimson Crystal Distant Eastern Electric Empty Endless
    Eternal Fading Final Forgotten Frozen Gentle Golden Hidden Hollow Iron Last Lonely Long Lost Midnight Morning
    Northern Open Pale Paper Quiet Restless Rising Royal Sacred Scarlet Second Secret Shattered Silent Silver
    Sleeping Southern Summer Sunken Velvet Violet Wandering Western White Wild Winter Young
""")
NOUNS = _words("""
    Anchor Bird Bridge Castle Circle City Clouds Coast Compass Crossing Crown Desert Door Dream Echo Ember Empire
    Evening Falls Fields Fire Forest Garden Gate Harbor Harvest Heart Hill Horizon House Hour Island Journey Lake
    Lantern Letter Library Light Market Mirror Moon Mountain Night Ocean Orchard Palace Path Promise Rain River
    Road Sea Season Shadow Shore Signal Sky Song Star Station Stone Storm Story Stranger Summer Tide Tower Train
    Valley Voice Voyage Wall Wave Wind Window Wood Year
""")

# What a column is made by whose name ends so; of two phrases the longer one counts. A rule as a stack file has it.
CALLED: tuple[tuple[str | dict[str, object], str], ...] = (
    ("currency", "currency, currency code, currency iso, wahrung, devise, moneda"),
    ("country_code", "country code, country iso, country iso code, country iso2, country iso3, land code, iso2, iso3"),
    ("country", "country, country name, land, pays, pais, nation"),
    ("timezone", "timezone, time zone, timezone name, tz"),
    ("latitude", "latitude, lat, breitengrad"),
    ("longitude", "longitude, lng, lon, long, langengrad"),
    ("state", "state province, province, state code, province code, state name, bundesland, region code"),
    ("user_agent", "user agent, useragent, browser agent"),
    ("mime_type", "mime type, mimetype, content type, media type"),
    (
        "file_name",
        "file name, filename, original filename, attachment name, attachment, document name, file path, path",
    ),
    ({"generate": "file_name", "ending": "jpg"}, "avatar, image, photo, picture, thumbnail, bild, foto, image path"),
    ("url", "image url, avatar url, photo url, picture url, thumbnail url, file url, download url"),
    ("color", "hex color, hex colour, color hex, colour hex, color code, colour code"),
    ("slug", "slug, url key, permalink"),
    ("domain", "domain, domain name, host, hostname, host name, subdomain"),
    (
        "sku",
        "sku, sku code, sku number, product code, product number, article number, item number, item code, part number,"
        "artikelnummer, model number, order number, order code, order reference, invoice number, invoice code, code,"
        "reference, reference number, booking reference, confirmation number, case number, ticket number, tracking,"
        "tracking number, tracking code, customer code, coupon, coupon code, voucher, voucher code, promo code,"
        "shipment number, contract number, bestellnummer, rechnungsnummer, serial, serial number, batch number",
    ),
    (
        {"generate": "sku", "letters": 0, "digits": 9},
        "account number, customer number, kundennummer, patient number, medical record number, mrn, employee number,"
        "policy number, member number, insurance number, kontonummer, badge number, student number",
    ),
    (
        {"generate": "regex", "regex": "^9[0-9]{2}-[0-9]{2}-[0-9]{4}$"},
        "ssn, social security number, social security, national id, tax id, tax number, passport number",
    ),
    ("ean", "ean, ean13, ean code, gtin, upc, barcode"),
    ("isbn", "isbn, isbn10, isbn13"),
    ("product", "product, product name, item name, article name, produkt, produktname, product title"),
    (
        "company",
        "company, company name, manufacturer, vendor, supplier, publisher, studio, insurer, employer, brand,"
        "insurance provider, insurance company, bank, bank name, organization, organization name, merchant",
    ),
    ("job", "job, job title, occupation, profession, beruf, position title, role title, contact title"),
    ("salutation", "salutation, anrede, courtesy title, title of courtesy, honorific, name prefix"),
    ("gender", "gender, sex, geschlecht, sexe, sexo"),
    (
        "password_hash",
        "password, passwd, passwort, password hash, hashed password, encrypted password, password digest",
    ),
    ("token", "token, api key, secret, checksum, etag, fingerprint, digest, hash, session id, nonce, salt"),
    ("price", "price, cost, fee, preis, prix, precio, price cent, amount, betrag, rental rate, replacement cost"),
    ("full_name", "assignee, assigned to, reporter, reported by, owner name, attending"),
    ("title", "title, titel, titre, titulo, headline, subject, betreff, caption, label, theme, topic"),
    (
        "paragraph",
        "description, long description, body, content, bio, biography, about, abstract, beschreibung, descripcion,"
        "text, article, terms, instructions, details, transcript, plot",
    ),
    (
        "sentence",
        "note, notes, comment, remark, summary, message, review, feedback, short description, bemerkung, kommentar,"
        "notiz, nachricht, commentaire, question, answer, error, error message",
    ),
    ("word", "keyword, word, term"),
)
# What a column is made by of which masking's vocabulary knows the kind.
KINDS: dict[str, str] = {
    "email": "email",
    "phone": "phone",
    "card": "card",
    "iban": "iban",
    "first_name": "first_name",
    "last_name": "last_name",
    "full_name": "full_name",
    "username": "username",
    "city": "city",
    "postcode": "postcode",
    "region": "state",
    "ip": "ip",
    "mac": "mac",
    "url": "url",
    "company": "company",
    "credential": "token",
    "free_text": "sentence",
}
# What a table's or a column's words make of a name in it.
NAMED: tuple[tuple[str, str], ...] = (
    ("city", "city town ort stadt ville ciudad"),
    ("country", "country land pays pais nation"),
    ("state", "state province bundesland region county district"),
    ("product", "product item article produkt artikel producto produit part"),
    ("currency", "currency wahrung devise"),
    ("company", "brand manufacturer publisher carrier insurer bank studio shop store merchant partner agency hospital"),
    ("file_name", "file attachment document upload"),
    ("job", "job position occupation"),
)
# Whose a name, an address of mail or of a house is, beside those of masking's people and companies.
OWNERS = frozenset({"billing", "shipping", "delivery", "emergency", "receiver", "kin", "legal", "rechnung"})
SPOTS = frozenset(
    _words("""
    home work office birth birthplace geburtsort origin destination departure arrival pickup from to mailing start end
    source target
    """)
)
GOODS = frozenset({"product", "item", "article", "category", "produkt", "artikel", "catalog", "shop"})  # in categories
JOBS = frozenset({"employee", "staff", "worker", "mitarbeiter", "contact", "manager", "personnel"})  # with a title

# What a status is of, by the words of its table or before it; what is behind | comes more often.
STATUSES: tuple[tuple[str, str], ...] = (
    ("order purchase bestellung commande pedido", "new paid shipped cancelled returned | delivered"),
    ("payment transaction refund zahlung", "pending authorized failed refunded | captured"),
    ("invoice bill rechnung facture", "draft sent overdue void | paid"),
    ("shipment delivery parcel package", "pending packed shipped returned | delivered"),
    ("subscription membership abonnement", "trialing past_due cancelled | active"),
    ("task ticket issue todo bug incident", "open in_progress blocked | done"),
    ("job run build deployment import export", "queued running failed cancelled | succeeded"),
    ("post article page document film video", "draft review archived | published"),
    ("appointment booking reservation visit encounter event", "booked confirmed cancelled no_show | completed"),
    ("message notification email mail", "queued sent failed | delivered"),
    ("review comment", "pending rejected | approved"),
    ("project campaign contract", "planned paused closed | active"),
    ("", "pending inactive | active"),
)
# What columns hold whose name ends so, or is so where a table lists them.
CHOICES: tuple[tuple[str, str], ...] = (
    ("card brand, card type, card network", "mastercard amex | visa"),
    ("carrier, shipping carrier, delivery service", "UPS FedEx DPD GLS | DHL"),
    ("payment method, payment type, pay method", "paypal bank_transfer invoice gift_card | card"),
    ("shipping method, delivery method, shipping type, ship mode", "express overnight pickup | standard"),
    ("http method, method", "POST PUT PATCH DELETE | GET"),
    ("priority", "low high urgent | normal"),
    ("severity", "minor major critical | moderate"),
    ("log level, loglevel", "debug warning error | info"),
    ("difficulty", "easy hard | medium"),
    ("role", "admin editor viewer | member"),
    ("plan, tier, subscription type, membership", "basic pro enterprise | free"),
    ("channel, source, medium", "email phone store app | web"),
    ("environment, env", "development staging | production"),
    ("device, device type, platform", "desktop tablet | mobile"),
    ("os, operating system", "Linux Windows macOS iOS | Android"),
    ("browser", "Firefox Safari Edge | Chrome"),
    ("visibility", "private internal | public"),
    ("frequency", "daily weekly yearly | monthly"),
    ("unit, unit measure, uom", "kg g l m box | piece"),
    ("shirt size, size, size code", "XS S L XL | M"),
    ("marital status, civil status, familienstand", "single divorced widowed | married"),
    ("blood type, blood group, blutgruppe", "A+ A- B+ B- AB+ AB- O- | O+"),
    ("genre", "Action Comedy Documentary Horror Romance Thriller | Drama"),
    ("department, department name, abteilung", "Engineering Finance Legal Marketing Operations Support | Sales"),
    ("category, category name, kategorie, categorie, categoria", "Books Electronics Garden Kitchen Sports Toys | Home"),
    ("language code, lang, locale code, sprache", "de fr es it pt ja | en"),
    ("language, language name, langue, idioma", "German French Spanish Italian Portuguese Japanese | English"),
    ("locale", "de_DE fr_FR es_ES it_IT ja_JP en_GB | en_US"),
    ("event type, event name, action", "viewed clicked added removed purchased | opened"),
    ("nationality", "American French Italian Spanish Polish Japanese | German"),
    ("tag, label", "new sale gift featured limited | popular"),
    ("type, kind, class, typ, tipo", "basic extended special | standard"),
    ("stage, phase", "planning review done | active"),
    ("mode", "manual scheduled | automatic"),
    ("version", "1.0.0 1.1.0 1.2.3 2.0.1 | 2.1.0"),
    ("reason", "damaged late wrong other | unwanted"),
    ("color, colour, farbe, couleur", "black blue green grey red yellow | white"),
)
OFTEN = 5  # times as often as each of the others
