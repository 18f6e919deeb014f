"""Our fields that a column can fill, with the headings that other systems give them, and the coded ones' answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from django.utils import timezone

from evenhand.facts.care_act import ADULT, CARER, criteria
from evenhand.site.people.models.assessment import Depth, Kind
from evenhand.site.people.models.importing import What
from evenhand.site.people.models.person import ContactBy, Reason

YES_NO = {"yes": "Yes", "no": "No"}
WHO = {"adult": "May need care and support themselves", "carer": "Cares for somebody, unpaid", "both": "Both"}
KINDS = {Kind.ADULT.value: "Needs assessment of an adult", Kind.CARER.value: "Carer’s assessment"}
SAID = "said_"  # before the key of an outcome: what the person said of it


@dataclass(frozen=True)
class Field:
    """One of our fields. ``codes``: its answers by code, for a coded one. ``aliases``: headings, as ``spelt``."""

    key: str
    label: str
    section: str
    aliases: tuple[str, ...] = ()
    codes: Mapping[str, str] | None = None
    hint: str = ""


def fields(what: str) -> Mapping[str, Field]:
    """The fields of people or of assessments, by key, in the order of the page."""
    return _people() if what == What.PEOPLE else _assessments()


@cache
def _people() -> Mapping[str, Field]:
    who, reach, more = "Who the person is", "How to reach them", "What else is known"
    found = (
        Field("name", "Whole name", who, ("name", "fullname", "personname", "clientname", "preferredname", "knownas")),
        Field("first_name", "First name", who, ("firstname", "forename", "givenname", "forenames"),
              hint="With the last name, in place of the whole name."),
        Field("last_name", "Last name", who, ("lastname", "surname", "familyname")),
        Field("legal_name", "Another name for letters or a bank", who, ("legalname", "officialname", "formalname")),
        Field("nhs_number", "NHS number", who, ("nhsnumber", "nhsno", "nhs", "nhsid")),
        Field("council_id", "Council id", who, (
            "councilid", "personid", "clientid", "lapersonuniqueidentifier", "caseid", "casenumber", "swiftid",
            "mosaicid", "liquidlogicid", "uniqueid", "personref", "personreference", "clientnumber", "id",
        )),
        Field("born", "Date of birth", who, ("dateofbirth", "dob", "birthdate", "born", "birthday"),
              hint="17/05/1950, 1950-05-17, or only 05/1950 or 1950."),
        Field("postcode", "Postcode", reach, ("postcode", "postalcode", "zip")),
        Field("address", "Address", reach, ("address", "addressline1", "address1", "fulladdress", "street")),
        Field("address_2", "Address, second line", reach, ("addressline2", "address2", "locality")),
        Field("address_3", "Address, third line", reach, ("addressline3", "address3", "town", "city")),
        Field("phone", "Phone", reach, ("phone", "telephone", "telephonenumber", "mobile", "phonenumber", "tel")),
        Field("email", "Email", reach, ("email", "emailaddress", "mail")),
        Field("contact_by", "How they prefer to be reached", reach,
              ("contactpreference", "preferredcontact", "preferredcontactmethod", "contactby", "contactmethod"),
              {code: text for code, text in ContactBy.choices if code}),
        Field("contact_note", "What whoever reaches out should know", reach, ("contactnote", "contactnotes")),
        Field("language", "Language", more, ("language", "firstlanguage", "preferredlanguage", "mainlanguage")),
        Field("interpreter", "Needs an interpreter", more, ("interpreter", "interpreterneeded", "interpreterrequired"),
              YES_NO),
        Field("who", "Adult with needs, or carer", more, ("clienttype", "persontype", "adultorcarer", "who", "type"),
              WHO),
        Field("reason", "Primary support reason", more, ("primarysupportreason", "psr", "supportreason"),
              dict(Reason.choices)),
        Field("last_contact", "Last contact", more, ("lastcontact", "lastcontactdate", "dateoflastcontact")),
        Field("died", "Died on", more, ("dateofdeath", "died", "deathdate", "dod")),
        Field("moved", "Moved away on", more, ("movedaway", "datemoved", "moved")),
        Field("moved_to", "Moved to", more, ("movedto",)),
        Field("team", "Team", "Who works with them", ("team", "teamname", "allocatedteam"), {},
              hint="Only for new records: who works with somebody who has a record stays as it is."),
    )  # fmt: skip
    return {field.key: field for field in found}


@cache
def _assessments() -> Mapping[str, Field]:
    who, what, said, end = "Whose it is", "The assessment", "In the person’s words", "The decision"
    people = _people()
    found = [
        Field("nhs_number", "NHS number", who, people["nhs_number"].aliases),
        Field("council_id", "Council id", who, people["council_id"].aliases),
        Field("kind", "Adult’s or carer’s", what, ("kind", "assessmenttype", "type", "assessmentkind"), KINDS),
        Field("depth", "Light or full", what, ("depth", "assessmentdepth"), dict(Depth.choices),
              hint="Without a column every assessment is full."),
        Field("begun_on", "Begun on", what, ("begun", "begunon", "startdate", "assessmentdate", "assessmentstartdate")),
        Field("own_words", "What matters to the person", said, ("ownwords", "whatmatters", "views")),
        *_outcomes(said),
        Field("determined_on", "Decided on", end, ("determinedon", "decisiondate", "enddate", "completiondate")),
        Field("eligible", "Eligible", end, ("eligible", "eligibility", "eligibilityoutcome"), YES_NO),
        Field("reasons", "Reasons for the decision", end, ("reasons", "reason", "rationale")),
        Field("advice", "What else can help", end, ("advice", "advicegiven", "informationandadvice"),
              hint="Owed to whoever is not eligible."),
        Field("decided_by", "Decided by (name)", end, ("decidedby", "assessor", "worker", "practitioner")),
    ]  # fmt: skip
    return {field.key: field for field in found}


def outcomes(kind: str) -> Mapping[str, str]:
    """The outcomes that an assessment of this kind asks about: their names by key."""
    return {key: one.name for key, one in criteria(kind, timezone.localdate()).outcomes.items()}


def _outcomes(section: str) -> list[Field]:
    adult, carer = outcomes(ADULT), outcomes(CARER)
    found = []
    for key in {**adult, **carer}:
        name = adult.get(key) or carer[key]
        of = " (adults)" if key not in carer else " (carers)" if key not in adult else ""
        found.append(Field(f"{SAID}{key}", f"{name}{of}", section, (key.replace("_", ""),)))
    return found
