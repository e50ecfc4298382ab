"""The words that columns and tables are named with: mostly English, some German, French and Spanish."""

from __future__ import annotations

from typing import Literal, get_args

# What leads to a person, or opens something.
Personal = Literal[
    "email",
    "phone",
    "card",
    "iban",
    "first_name",
    "last_name",
    "full_name",
    "address",
    "city",
    "postcode",
    "region",
    "ip",
    "mac",
    "url",
    "birth_date",
    "person_date",  # of a person's life, beside the birth
    "credential",
    "username",
    "national_id",
    "account",  # a number by which somebody is known elsewhere: of a bank, a device, another service
    "free_text",
    "json",
    "sensitive",  # health, belief, origin, sex
    "wealth",
    "place",  # a point on the map
    "company",
    "picture",
]
# What a row needs to be a row, and says nothing about anybody.
Harmless = Literal["moment", "amount", "code", "reference", "flag"]
Kind = Personal | Harmless

PERSONAL = frozenset(get_args(Personal))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


PEOPLE = _words("""
    account actor agent applicant artist athlete attendee author beneficiary borrower buyer candidate cardholder
    citizen client clinician coach collaborator colleague consumer contact contractor contributor cust customer debtor
    doctor donor driver employee freelancer friend guardian guest holder inhabitant instructor investor landlord lead
    learner lecturer lender manager member nurse occupant officer owner parent participant partner passenger patient
    payee payer people person personnel physician player prisoner professor profile prospect pupil rater recipient
    referrer representative resident reviewer seller sender signatory signer speaker spouse staff student subscriber
    supervisor teacher tenant traveler traveller user viewer visitor volunteer voter winner worker ansprechpartner
    arzt autor benutzer besitzer empfanger inhaber kontakt kunde kunden mieter mitarbeiter mitglied mitglieder nutzer
    patienten personen schuler absender versicherte abonne adherent beneficiaire destinataire eleve employe etudiant
    locataire membre personne proprietaire salarie utilisateur alumno autora cliente destinatario empleado miembro
    paciente persona propietario socio trabajador usuario
""")
COMPANIES = _words("""
    company companies business employer firm organisation organization org supplier vendor firma unternehmen societe
    entreprise empresa
""")
# A name of these is what things are called, not people.
THINGS = _words("""
    attribute brand category channel class column country course currency department event feature field genre
    ingredient item job language locale material menu model module group permission plan priority product property
    queue role rule scope sport state status subject table tag tax type unit warehouse workflow kategorie land sprache
    produkt rolle categorie langue pays produit categoria idioma pais producto rol
""")
# What is written together with words that count.
AROUND = _words("""
    billing shipping delivery home work mobile office private personal primary secondary main alternate alternative
    emergency backup current previous old new last first contact invoice legal raw full original default verified
    unconfirmed recovery next of kin sender receiver from to by for is has my the line signup registration reg bool
""")
# Kind, confidence if nothing else is said, the phrases. A phrase may be of several kinds.
PHRASES: tuple[tuple[Kind, float, str], ...] = (
    (
        "email",
        0.97,
        """
        email, e mail, mail, mail address, email address, email id, courriel, correo, correo electronico, mailadresse,
        emailadresse, adresse mail, adresse email, cc address, reply to
        """,
    ),
    (
        "phone",
        0.95,
        """
        phone, telephone, tel, mobile, mobile number, mobile no, cell, cellphone, cell number, msisdn, fax, phone
        number, phone no, whatsapp, contact number, landline, telefon, telefonnummer, handy, handynummer, rufnummer,
        portable, telefono, movil, celular, sms number
        """,
    ),
    (
        "card",
        0.95,
        """
        credit card, card number, card no, cardno, cc number, cc num, ccnum, pan, debit card, card pan, kreditkarte,
        kartennummer, carte bancaire, numero carte, tarjeta, numero tarjeta
        """,
    ),
    (
        "iban",
        0.95,
        """
        iban, iban number
        """,
    ),
    (
        "account",
        0.85,
        """
        account number, account no, acct no, acct number, bank account, routing number, sort code, bic, swift,
        bankverbindung, kontonummer, konto, blz, rib, cuenta, numero cuenta, numero compte, customer number, customer
        no, kundennummer, member number, membership number, loyalty number, policy number, employee number, personnel
        number, personalnummer, student number, matriculation, facebook id, google id, twitter id, apple id, github
        id, linkedin id, telegram id, discord id, slack id, oauth id, oauth uid, external id, stripe id, stripe
        customer id, paypal, paypal id, device id, device uuid, imei, imsi, iccid, idfa, gaid, advertising id, serial
        number, vin, license plate, licence plate, plate number, number plate, plate, kennzeichen, user agent,
        fingerprint, wallet, wallet address, crypto address, badge number, insurance number, registration number,
        meter number, case number
        """,
    ),
    (
        "national_id",
        0.95,
        """
        ssn, social security, social security number, sin number, nino, national id, national number, national
        insurance number, passport, passport number, passport no, driver license, driver licence, drivers license,
        driving licence, driving license, license number, licence number, tax id, tax number, tax no, tin, vat id, vat
        number, itin, ein, id card, identity card, identity number, personal number, personal id, id number,
        government id, steuernummer, steuer id, sozialversicherungsnummer, ausweis, ausweisnummer, reisepass,
        personalausweis, nir, numero securite sociale, secu, dni, nif, nie, curp, rfc, cpf, cnpj, bsn, pesel, codice
        fiscale, personnummer, aadhaar, aadhar, visa number, medicare, nhs number
        """,
    ),
    (
        "first_name",
        0.95,
        """
        first name, firstname, fname, given name, forename, middle name, mname, preferred name, vorname, rufname,
        prenom, nombre, nombres, primer nombre
        """,
    ),
    (
        "last_name",
        0.95,
        """
        last name, lastname, lname, surname, family name, maiden name, nachname, familienname, geburtsname, nom de
        famille, nom famille, apellido, apellidos
        """,
    ),
    (
        "full_name",
        0.93,
        """
        full name, fullname, real name, legal name, birth name, card holder, cardholder, cardholder name, name on
        card, account holder, next of kin, display name, contact name, contact person, attention to, kontoinhaber,
        ansprechpartner, nom complet, nombre completo, signed by, vollstandiger name
        """,
    ),
    (
        "username",
        0.9,
        """
        username, user name, login, login name, nickname, nick, screen name, handle, alias, benutzername, anmeldename,
        nom utilisateur, pseudo, usuario, nombre usuario, twitter, github, instagram, skype, slack, telegram,
        linkedin, facebook, created by, updated by, modified by, changed by, approved by, deleted by, author, byline
        """,
    ),
    (
        "address",
        0.93,
        """
        address, addr, street, street address, address line, road, house number, house no, housenumber, apartment,
        apt, building number, mailing address, po box, postfach, adresse, anschrift, strasse, str, hausnummer, hausnr,
        rue, voie, direccion, calle, domicilio, delivery instructions
        """,
    ),
    (
        "city",
        0.85,
        """
        city, town, village, suburb, municipality, locality, ort, stadt, wohnort, ville, commune, ciudad, poblacion,
        localidad, birthplace, birth place, place of birth, geburtsort, lieu naissance
        """,
    ),
    (
        "postcode",
        0.9,
        """
        zip, zip code, zipcode, postcode, postal code, post code, postal, plz, postleitzahl, code postal, cp, codigo
        postal
        """,
    ),
    (
        "region",
        0.75,
        """
        county, district, province, region, prefecture, neighborhood, neighbourhood, borough, bundesland, landkreis,
        departement, provincia, barrio
        """,
    ),
    (
        "ip",
        0.93,
        """
        ip, ip address, ip addr, ipv4, ipv6, remote addr, remote address, client ip, remote ip, last sign in ip,
        current sign in ip, inet, remote host, x forwarded for
        """,
    ),
    (
        "mac",
        0.9,
        """
        mac, mac address, mac addr, macaddr
        """,
    ),
    (
        "url",
        0.8,
        """
        url, uri, link, website, web site, homepage, webseite, site web, sitio web, permalink, referer, referrer,
        landing page, webhook, callback url, redirect
        """,
    ),
    (
        "picture",
        0.85,
        """
        picture, photo, avatar, image, portrait, signature, scan, selfie, thumbnail, bild, foto, unterschrift, imagen,
        attachment, document, blob, biometric, face, voice, recording
        """,
    ),
    (
        "birth_date",
        0.97,
        """
        birth date, birthdate, birthday, date of birth, dob, born, birth, birth year, year of birth, geburtsdatum,
        geburtstag, date naissance, date de naissance, naissance, fecha nacimiento, fecha de nacimiento, nacimiento,
        age, alter, edad
        """,
    ),
    (
        "person_date",
        0.85,
        """
        death date, date of death, died, deceased, dod, hire date, hired, hire, termination date, terminated,
        admission date, admitted, admission, discharge date, discharged, diagnosed, diagnosis date, wedding date,
        marriage date, married, divorced, anniversary, appointment, appointment date, visit date, visited, last seen,
        last login, logged in, last sign in, last active, eintrittsdatum, austrittsdatum, graduated, surgery date,
        arrival, departure, sign in, signed in, next visit, death, graduation, enrolled, enrollment, enrolment,
        matriculated, retirement, retired, leave date
        """,
    ),
    (
        "credential",
        0.97,
        """
        password, passwd, pwd, pass, passphrase, passcode, password hash, encrypted password, hashed password,
        password digest, passwort, kennwort, mot de passe, mdp, contrasena, clave, secret, secret key, client secret,
        token, api token, access token, refresh token, auth token, session token, csrf token, id token, bearer, jwt,
        api key, apikey, access key, private key, signing key, encryption key, ssh key, public key, license key, otp,
        otp secret, totp, mfa, two factor secret, recovery code, backup code, access code, security code, verification
        code, activation code, activation key, invite code, voucher code, pin, pin code, pincode, cvv, cvc, salt,
        nonce, cookie, session, session id, session key, security question, security answer, secret question, secret
        answer, certificate, keystore, connection string, dsn, confirmation token, reset token, reset password token,
        unlock token, remember token, remember digest, auth, authorization, credentials, credential, digest
        """,
    ),
    (
        "sensitive",
        0.9,
        """
        gender, sex, geschlecht, sexe, sexo, sexual, orientation, sexual orientation, pronouns, religion, religious,
        konfession, belief, ethnicity, ethnic, ethnic origin, race, nationality, staatsangehorigkeit, nationalite,
        nacionalidad, citizenship, marital status, marital, familienstand, civil status, political, political party,
        party affiliation, union member, disability, disabled, handicap, blood type, blood group, blutgruppe,
        diagnosis, diagnose, icd, icd10, allergy, allergies, medication, prescription, medical, health, health status,
        hiv, pregnant, pregnancy, smoker, symptom, treatment, disease, illness, condition notes, vaccination,
        vaccinated, criminal, conviction, biometrics, genetic, height, weight, bmi, caste, immigration status, visa
        status, salutation, anrede, maiden, veteran, blood pressure, heart rate, credit score, dietary, diet, eye
        color, hair color, skin color, eye colour, hair colour, insurance, insurance plan, insurance provider,
        insurer, health plan, courtesy title, title of courtesy, deceased flag, living, alive, native language, mother
        tongue, muttersprache, country of origin, origin country, tribe, clan, visa type, cancer, tumor, tumour,
        diabetes, covid, vaccine, drug, drugs, dosage, therapy, lab result, test result, test score, exam score, exam,
        iq, gpa, grade, school grade, performance rating, risk score, credit rating, fico, schufa, employment,
        education, occupation, profession, relationship, military, parental, household, children, dependents, vote,
        ballot, trade union, gay, lesbian, straight, transgender, queer, lgbt, muslim, jewish, christian, catholic,
        protestant, atheist, alcohol, addiction, addicted, bankrupt, convicted, felon, refugee, immigrant,
        undocumented, hispanic, sick, sick leave, injury, mental, psychiatric, beruf, bildung, krankheit, behinderung,
        kinder, maladie, enfants, enfermedad, hijos
        """,
    ),
    (
        "wealth",
        0.88,
        """
        salary, income, wage, pay, bonus, net worth, gehalt, lohn, einkommen, salaire, revenu, salario, sueldo,
        ingresos, balance, credit limit, account balance, saldo, debt, loan amount, pension, compensation, hourly
        rate, commission
        """,
    ),
    (
        "place",
        0.9,
        """
        latitude, longitude, lat, lng, lon, long, geo, geom, geometry, coordinates, coords, location, gps,
        geolocation, geohash, position geo, breitengrad, langengrad
        """,
    ),
    (
        "company",
        0.75,
        """
        company, company name, employer, organization, organisation, organization name, firm, business name, firma,
        firmenname, unternehmen, societe, entreprise, empresa
        """,
    ),
    (
        "free_text",
        0.8,
        """
        note, notes, comment, comments, remark, remarks, message, body, description, desc, bio, biography, about,
        about me, memo, review, feedback, content, text, details, summary, reason, subject, caption, transcript,
        query, search, request body, payload, response, log, error message, bemerkung, bemerkungen, notiz, notizen,
        kommentar, beschreibung, nachricht, commentaire, remarque, texte, comentario, comentarios, descripcion,
        mensaje, observaciones, instructions, complaint, resume, cv, cover letter
        """,
    ),
    (
        "moment",
        0.9,
        """
        created, create, creation, inserted, updated, update, last update, modified, modification, changed, deleted,
        removed, archived, started, start, finished, finish, ended, end, completed, cancelled, canceled, ordered,
        order date, shipped, ship date, delivered, delivery date, paid, payment date, rental date, return date,
        returned, invoice date, due, due date, sent, sent at, received, processed, published, scheduled, expires,
        expired, expiry, expiration, expire, valid, valid from, valid to, valid until, verified, confirmed, approved,
        enabled, disabled, applied, executed, run at, locked, synced, imported, exported, queued, read at, opened,
        closed, refunded, effective, release date, released, timestamp, ts, row version, erstellt, erstellt am,
        geandert, geandert am, aktualisiert, angelegt, bestelldatum, lieferdatum, rechnungsdatum, cree, cree le,
        modifie, modifie le, date creation, date modification, creado, creado en, actualizado, fecha creacion, fecha
        pedido, installed on, migrated, available, cutoff, heartbeat,
        occurred, recorded, logged at, registered, joined, required, posted, submitted, requested, accepted,
        rejected, assigned, resolved, action time, event time, logged
        """,
    ),
    (
        "amount",
        0.85,
        """
        quantity, qty, count, counter, number of, total, subtotal, price, unit price, amount, cost, fee, discount,
        rate, tax, vat, percent, percentage, ratio, score, rating, rank, position, sort order, sort, ordinal,
        sequence, seq, order index, index, version, revision, lock version, length, width, depth, duration, size,
        bytes, stock, inventory, points, attempts, retries, retry count, views, likes, votes, page, pages, limit,
        offset, threshold, capacity, level, priority, weighting, exponent, decimals, precision, year, month, day,
        week, hour, minute, interval, ttl, timeout, progress, checksum, line no, line number, installed rank,
        execution time, replacement cost, menge, anzahl, preis, betrag, summe, steuer, rabatt, quantite, prix,
        montant, nombre de, cantidad, precio, importe, descuento
        """,
    ),
    (
        "code",
        0.8,
        """
        status, state, type, kind, category, currency, currency code, country code, country, language, language code,
        locale, lang, timezone, time zone, tz, unit, format, mime type, content type, media type, color, colour, size
        code, sku, ean, isbn, upc, gtin, role, plan, tier, severity, environment, channel, mode, scope, event type,
        entity type, http status, status code, http method, method, encoding, algorithm, file extension, phase, stage,
        visibility, priority code, provider, payment method, shipping method, genre, rating code, sprache, land,
        wahrung, einheit, kategorie, langue, pays, devise, statut, categorie, idioma, pais, moneda, estado, tipo,
        categoria, iso code, iso
        """,
    ),
    (
        "reference",
        0.8,
        """
        id, ids, uuid, guid, pk, fk, key id, ref id, row id, rowid, object id, oid, entity id, parent id, record id
        """,
    ),
    (
        "flag",
        0.8,
        """
        active, enabled flag, flag, is deleted, is active, default flag, visible, hidden, public
        """,
    ),
)
# What a name ends with and thereby is, whatever stands before: the type of an address is none.
HEADS: dict[str, Kind] = {
    **dict.fromkeys(_words("type kind status count format version locale currency level mode category"), "code"),
    **dict.fromkeys(_words("count counter qty quantity total attempts retries length size percent"), "amount"),
    **dict.fromkeys(_words("id ids uuid guid"), "reference"),
    **dict.fromkeys(_words("flag enabled verified confirmed"), "flag"),
}
MOMENTS = _words("at on ts date time timestamp am datum fecha")
SHORT = {"no": "number", "nr": "number", "num": "number", "nbr": "number", "numero": "number", "nummer": "number",
          "addr": "address",
          "tele": "telephone", "ph": "phone", "bday": "birthday", "desc": "description", "descr": "description",
          "amt": "amount", "cmt": "comment", "msg": "message", "pw": "password", "psw": "password",
          "passwort": "password", "curr": "currency", "ctry": "country", "org": "organization", "acc": "account",
          "acct": "account", "usr": "user", "emp": "employee", "cust": "customer", "img": "image", "pic": "picture",
          "pict": "picture", "txt": "text", "uname": "username", "adr": "address", "adresse": "address"}  # fmt: skip
