"""A small export as Synthea writes it, of nobody: all its files, with the headings of its current version."""

from __future__ import annotations

from pathlib import Path

_PATIENT, _OTHER = "b58731cc-2d8b-4c2d-b327-4cab771af3ef", "0a5e2c77-8a44-4a1c-9d07-5f3f2b6f8d11"
_ENCOUNTER, _SECOND = "dae2b7cb-1316-4b78-954f-fa610a6c6d0e", "3f1a9d52-77c0-4f5e-8b6e-2a1c5d4e9f00"
_ORGANIZATION, _PROVIDER = "8ad64ecf-c817-3753-bee7-006a8e662e06", "af01a385-31d3-3c77-8fdb-2867fe88df5f"
_PAYER = "6e2f1a2d-27bd-3701-8d08-dae202c58632"

FILES = {
    "patients": (
        "Id,BIRTHDATE,DEATHDATE,SSN,DRIVERS,PASSPORT,PREFIX,FIRST,MIDDLE,LAST,SUFFIX,MAIDEN,MARITAL,RACE,ETHNICITY,"
        "GENDER,BIRTHPLACE,ADDRESS,CITY,STATE,COUNTY,FIPS,ZIP,LAT,LON,HEALTHCARE_EXPENSES,HEALTHCARE_COVERAGE,INCOME",
        f"{_PATIENT},1970-03-01,,999-12-3456,S99912345,X12345678X,Mrs.,Ada1,Bea2,Crane3,,Dove4,M,white,nonhispanic,F,"
        "Boston  Massachusetts  US,1 Made Up Way,Boston,Massachusetts,Suffolk County,25025,02108,42.35,-71.06,9000.10,"
        "700.00,54000",
        f'{_OTHER},1991-12-31,2020-02-29,999-65-4321,,,,"Eve ""X""",,Finch,,,,asian,hispanic,M,,2 Made Up Way,Lynn,'
        "Massachusetts,,,,,,,,",
    ),
    "organizations": (
        "Id,NAME,ADDRESS,CITY,STATE,ZIP,LAT,LON,PHONE,REVENUE,UTILIZATION,NPI",
        f"{_ORGANIZATION},MADE UP HOSPITAL,3 Made Up Way,Boston,MA,02108,42.3,-71.1,555-0100,1200.5,2,9999999969",
    ),
    "providers": (
        "Id,ORGANIZATION,NAME,GENDER,SPECIALITY,ADDRESS,CITY,STATE,ZIP,LAT,LON,ENCOUNTERS,PROCEDURES,NPI",
        f"{_PROVIDER},{_ORGANIZATION},Gus5 Hale6,M,GENERAL PRACTICE,3 Made Up Way,Boston,MA,02108,42.3,-71.1,2,1,9999",
    ),
    "payers": (
        "Id,NAME,OWNERSHIP,ADDRESS,CITY,STATE_HEADQUARTERED,ZIP,PHONE,AMOUNT_COVERED,AMOUNT_UNCOVERED,REVENUE,"
        "COVERED_ENCOUNTERS,UNCOVERED_ENCOUNTERS,COVERED_MEDICATIONS,UNCOVERED_MEDICATIONS,COVERED_PROCEDURES,"
        "UNCOVERED_PROCEDURES,COVERED_IMMUNIZATIONS,UNCOVERED_IMMUNIZATIONS,UNIQUE_CUSTOMERS,QOLS_AVG,MEMBER_MONTHS",
        f"{_PAYER},Made Up Health,PRIVATE,,,,,,1,2,3,4,5,6,7,8,9,10,11,12,0.9,13",
    ),
    "encounters": (
        "Id,START,STOP,PATIENT,ORGANIZATION,PROVIDER,PAYER,ENCOUNTERCLASS,CODE,DESCRIPTION,BASE_ENCOUNTER_COST,"
        "TOTAL_CLAIM_COST,PAYER_COVERAGE,REASONCODE,REASONDESCRIPTION",
        f"{_ENCOUNTER},2019-05-01T08:00:00Z,2019-05-01T08:15:00Z,{_PATIENT},{_ORGANIZATION},{_PROVIDER},{_PAYER},"
        "wellness,162673000,General examination of patient (procedure),136.80,704.20,543.00,,",
        f"{_SECOND},2020-02-01T10:00:00Z,,{_OTHER},,,,emergency,50849002,Emergency room admission (procedure),146.18,"
        "146.18,0.00,10509002,Acute bronchitis (disorder)",
    ),
    "conditions": (
        "START,STOP,PATIENT,ENCOUNTER,SYSTEM,CODE,DESCRIPTION",
        f"2019-05-01,2019-05-20,{_PATIENT},{_ENCOUNTER},http://snomed.info/sct,10509002,Acute bronchitis (disorder)",
    ),
    "allergies": (
        "START,STOP,PATIENT,ENCOUNTER,CODE,SYSTEM,DESCRIPTION,TYPE,CATEGORY,REACTION1,DESCRIPTION1,SEVERITY1,REACTION2,"
        "DESCRIPTION2,SEVERITY2",
        f"2019-05-01,,{_PATIENT},{_ENCOUNTER},419474003,SNOMED-CT,Allergy to mould,allergy,environment,271807003,"
        "Eruption of skin (disorder),MILD,,,",
    ),
    "observations": (
        "DATE,PATIENT,ENCOUNTER,CATEGORY,CODE,DESCRIPTION,VALUE,UNITS,TYPE",
        f"2019-05-01T08:00:00Z,{_PATIENT},{_ENCOUNTER},vital-signs,8302-2,Body Height,170.4,cm,numeric",
        f"2019-05-01T08:00:00Z,{_PATIENT},,,QALY,QALY,18.0,a,numeric",
    ),
    "medications": (
        "START,STOP,PATIENT,PAYER,ENCOUNTER,CODE,DESCRIPTION,BASE_COST,PAYER_COVERAGE,DISPENSES,TOTALCOST,REASONCODE,"
        "REASONDESCRIPTION",
        f"2019-05-01T08:00:00Z,2019-05-20T08:00:00Z,{_PATIENT},{_PAYER},{_ENCOUNTER},313782,"
        "Acetaminophen 325 MG Oral Tablet,8.14,0.00,1,8.14,10509002,Acute bronchitis (disorder)",
    ),
    "procedures": (
        "START,STOP,PATIENT,ENCOUNTER,SYSTEM,CODE,DESCRIPTION,BASE_COST,REASONCODE,REASONDESCRIPTION",
        f"2019-05-01T08:00:00Z,2019-05-01T08:15:00Z,{_PATIENT},{_ENCOUNTER},http://snomed.info/sct,430193006,"
        "Medication Reconciliation (procedure),441.60,,",
    ),
    "immunizations": (
        "DATE,PATIENT,ENCOUNTER,CODE,DESCRIPTION,BASE_COST",
        f"2019-05-01T08:00:00Z,{_PATIENT},{_ENCOUNTER},140,Influenza  seasonal,140.52",
    ),
    "careplans": (
        "Id,START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION,REASONCODE,REASONDESCRIPTION",
        f"5d0e9b06-4f0c-4f5b-a5d5-4a3f1c2b7e10,2019-05-01,,{_PATIENT},{_ENCOUNTER},53950000,Respiratory therapy,"
        "10509002,Acute bronchitis (disorder)",
    ),
    "claims": ("Id,PATIENTID", f"{_OTHER},{_PATIENT}"),
    "claims_transactions": ("ID,CLAIMID", "1,2"),
    "devices": ("START,STOP,PATIENT,ENCOUNTER,CODE,DESCRIPTION,UDI",),
    "imaging_studies": ("Id,DATE",),
    "payer_transitions": ("PATIENT,MEMBERID,START_DATE,END_DATE,PAYER,SECONDARY_PAYER,PLAN_OWNERSHIP,OWNER_NAME",),
    "supplies": ("DATE,PATIENT,ENCOUNTER,CODE,DESCRIPTION,QUANTITY",),
}
ROWS = {
    "patients": 2, "organizations": 1, "providers": 1, "payers": 1, "encounters": 2, "conditions": 1, "allergies": 1,
    "observations": 2, "medications": 1, "procedures": 1, "immunizations": 1, "care_plans": 1,
}  # fmt: skip


def export(folder: Path) -> Path:
    """The folder with all of it."""
    folder.mkdir(exist_ok=True)
    for name, lines in FILES.items():
        (folder / f"{name}.csv").write_text("".join(f"{line}\n" for line in lines))
    return folder
