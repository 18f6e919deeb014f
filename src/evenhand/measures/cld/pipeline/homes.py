"""Where somebody is taken to live when nobody says: by the service they have (CLD.md 4.3)."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from evenhand.facts.cld.codes import Accommodation, Component, EventType, ServiceType
from evenhand.measures.cld.pipeline.packing import DAY, pack, unpack, whole

# Components that tell where somebody lives, by the number they have here; 0 is any other and none.
TELLING = (Component.SHARED_LIVES, Component.EXTRA_CARE, Component.SUPPORTED_LIVING, Component.HOME_SUPPORT)
_SHARED_LIVES, _EXTRA_CARE, _SUPPORTED, _HOME_SUPPORT = range(1, 5)
_TYPES = 8  # service types 1 to 7 in the order of the specification, which is that of their numbers; 0 any other
_COMPONENTS = 8


def evidence(rows: ir.Table) -> dict[str, ir.Value]:
    """Of a person's services: the latest end, then the type, then a telling component, then the latest start.

    Two numbers, as ``people`` makes for every attribute: the component counted up and counted down.
    """
    service = rows["event"] == EventType.SERVICE
    listed = rows["service"].between(int(ServiceType.NURSING), int(ServiceType.OTHER_SHORT_TERM))
    kind = ibis.ifelse(listed.fill_null(False), _TYPES - rows["service"].cast("int64"), 0)
    telling = ibis.cases(
        *((rows["component"] == int(component), number) for number, component in enumerate(TELLING, start=1)), else_=0
    )
    place = pack((rows["open_end"], 1), (kind, _TYPES), (whole(telling > 0), 2), (rows["begun"], DAY))
    place = ibis.ifelse(service.fill_null(False), place, ibis.null("int64"))
    return {
        "home_up": pack((place, 1), (telling, _COMPONENTS)).max(),
        "home_down": pack((place, 1), (_COMPONENTS - 1 - telling, _COMPONENTS)).max(),
    }


def inferred(known: ir.Table) -> ir.IntegerValue:
    """The accommodation, or where that is unknown what the services tell. known: with accommodation and evidence."""
    component = unpack(known["home_up"], _COMPONENTS)
    agreed = component + unpack(known["home_down"], _COMPONENTS) == _COMPONENTS - 1
    component = ibis.ifelse(agreed, component, 0)
    kind = _TYPES - unpack((known["home_up"] / (_COMPONENTS * DAY * 2)).floor().cast("int64"), _TYPES)
    community = kind == int(ServiceType.COMMUNITY)
    told = ibis.cases(
        (known["accommodation"] != int(Accommodation.UNKNOWN), known["accommodation"]),
        *(
            (condition.fill_null(False), ibis.literal(int(home), "int16"))
            for condition, home in (
                (kind == int(ServiceType.NURSING), Accommodation.NURSING_HOME),
                (kind == int(ServiceType.RESIDENTIAL), Accommodation.CARE_HOME),
                (component == _SHARED_LIVES, Accommodation.SHARED_LIVES),
                (component == _EXTRA_CARE, Accommodation.SHELTERED_OR_EXTRA_CARE),
                (component == _SUPPORTED, Accommodation.SUPPORTED),
                (community & (component == _HOME_SUPPORT), Accommodation.PRESUMED_AT_HOME),
                (community, Accommodation.PRESUMED_IN_COMMUNITY),
                (kind == int(ServiceType.PRISON), Accommodation.PRISON),
            )
        ),
        else_=ibis.literal(int(Accommodation.UNKNOWN), "int16"),
    )
    return told.cast("int16")
