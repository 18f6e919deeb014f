"""The words of the finance return (ASC-FR, and PSS-EX1 2014-15, which has the same plan) as Evenhand spells them.

A word that is not known gives None, for the reader to report: nothing is guessed from words that look alike.
"""

from __future__ import annotations

import re

from evenhand.sources.sniff import Cell


def key(text: Cell) -> str:
    """A heading or a word of a publisher without case, spaces and punctuation: ``FY_Ending`` is ``fyending``."""
    return re.sub(r"[^a-z0-9]+", "", str(text or "").lower())


def slug(text: str) -> str:
    """A word of a publisher as an id: ``Direct Payment only`` is ``direct-payment-only``."""
    return re.sub(r"[^a-z0-9+]+", "-", text.lower()).strip("-")


_ALL = {"", "total", "all", "99", "adultsocialcare", "allages", "total18andover", "18andover", "age18andover"}

_REASONS = {
    "physicalsupport": "psr:physical",
    "physicalsupportaccessandmobilityonly": "psr:physical-access-mobility",
    "physicalsupportpersonalcaresupport": "psr:physical-personal-care",
    "sensorysupport": "psr:sensory",
    "sensorysupportsupportforvisualimpairment": "psr:sensory-visual",
    "sensorysupportvisualimpairment": "psr:sensory-visual",
    "sensorysupportsupportforhearingimpairment": "psr:sensory-hearing",
    "sensorysupporthearingimpairment": "psr:sensory-hearing",
    "sensorysupportsupportfordualimpairment": "psr:sensory-dual",
    "sensorysupportdualimpairment": "psr:sensory-dual",
    "supportwithmemoryandcognition": "psr:memory-cognition",
    "learningdisabilitysupport": "psr:learning-disability",
    "mentalhealthsupport": "psr:mental-health",
    "socialsupportsubstancemisusesupport": "psr:substance-misuse",
    "socialsupportsubstancemisuse": "psr:substance-misuse",
    "socialsupportasylumseekersupport": "psr:asylum-seeker",
    "socialsupportasylumseeker": "psr:asylum-seeker",
    "socialsupportsupportforsocialisolationother": "psr:social-isolation",
    "socialsupportsocialisolationother": "psr:social-isolation",
    "socialsupportsupporttocarer": "psr:carer-support",
    "unknown": "psr:unknown",
    "assistiveequipmentandtechnology": "other:equipment-technology",
    "socialcareactivities": "other:social-care-activities",
    "informationandearlyintervention": "other:information-early-intervention",
    "commissioningandservicedelivery": "other:commissioning-delivery",
}

_SETTINGS = {
    "nursing": "nursing",
    "residential": "residential",
    "residentialandnursingcare": "residential-nursing",
    "supportedaccommodation": "supported-accommodation",
    "communitydirectpayments": "direct-payments",
    "communityhomecare": "home-care",
    "communitysupportedliving": "supported-living",
    "communityotherlongtermcare": "other-long-term",
    "communityother": "carer-other",
    "community": "community",
    "prison": "prison",
    "fairerchargingincome": "fairer-charging-income",
    "tomaximiseindependence": "short-term-max",
    "othershortterm": "short-term-other",
}


def age_of(words: str) -> str | None:
    """A publisher's age band as Evenhand spells it, or None: ``Age 18 to 64`` is 18-64, ``65 and Over`` is 65+."""
    if key(words) in _ALL:
        return "all"
    if m := re.search(r"(\d+)\s*(?:to|-)\s*(\d+)", words):
        return f"{m[1]}-{m[2]}"
    if m := re.search(r"(\d+)\s*(?:and over|\+)", words, re.IGNORECASE):
        return f"{m[1]}+"
    return None


def reason_of(words: str) -> str | None:
    """A primary support reason (or the part of the return beside them) with its scheme, or None when it is unknown."""
    return "all" if key(words) in _ALL else _REASONS.get(key(words))


def setting_of(care: str, setting: str, purpose: str = "", carer: str = "") -> str | None:
    """A support setting from the words for kind of care, setting, purpose and carers' support; None when unknown.

    Long-term or short-term care with no finer setting is ``long-term`` or ``short-term``; with neither it is ``all``.
    """
    if key(carer) not in _ALL:
        return {"communitydirectpayments": "carer-direct-payments", "communityother": "carer-other"}.get(key(carer))
    for words in (setting, purpose):
        if key(words) not in _ALL and key(words) != "shortandlongtermtotal":
            return _SETTINGS.get(key(words))
    if key(setting) == "shortandlongtermtotal":
        return "all"
    kind = key(care).removesuffix("care").removesuffix("support")
    return {"longterm": "long-term", "shortterm": "short-term"}.get(kind, "all")
