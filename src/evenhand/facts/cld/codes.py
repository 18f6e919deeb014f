"""Numbers that stand for the listed values of client-level data, so that twelve million rows compare integers.

The words of each value, in both releases of the specification, are in ``lists.yaml`` of this folder, by the same
numbers. Everywhere: NULL is a blank cell, ``INVALID`` (0) a value that no list holds and no mapping knows
("Invalid and not mapped"); a listed "Unknown" has a number of its own. The three never mix.
"""

from __future__ import annotations

from enum import IntEnum

INVALID = 0


class EventType(IntEnum):
    """What a row tells of."""

    REQUEST = 1
    ASSESSMENT = 2
    SERVICE = 3
    REVIEW = 4


class ClientType(IntEnum):
    """Whom a row is about."""

    SERVICE_USER = 1
    CARER = 2
    CARER_BY_ASSOCIATION = 3


class ServiceType(IntEnum):
    """What kind of support a service is; 1 to 4 are long-term support."""

    NURSING = 1
    RESIDENTIAL = 2
    COMMUNITY = 3
    PRISON = 4
    ST_MAX = 5
    LOW_LEVEL = 6
    OTHER_SHORT_TERM = 7
    CARER_DIRECT = 8
    CARER_INVOLVING_PERSON = 9


LONG_TERM = (ServiceType.NURSING, ServiceType.RESIDENTIAL, ServiceType.COMMUNITY, ServiceType.PRISON)
CARER_SUPPORT = (ServiceType.CARER_DIRECT, ServiceType.CARER_INVOLVING_PERSON)


class Mechanism(IntEnum):
    """Who holds the money of a service. There is no "part direct payment"."""

    DIRECT_PAYMENT = 1
    MANAGED_BUDGET = 2
    COMMISSIONED = 3


class Component(IntEnum):
    """What a service is made of, in the order of the specification."""

    REABLEMENT = 1
    SHORT_TERM_NURSING = 2
    SHORT_TERM_RESIDENTIAL = 3
    LONG_TERM_NURSING = 4
    LONG_TERM_RESIDENTIAL = 5
    HOME_SUPPORT = 6
    DAY_SUPPORT = 7
    MEALS = 8
    TRANSPORT = 9
    EQUIPMENT = 10
    DIRECT_PAYMENT = 11
    SHARED_LIVES = 12
    SUPPORTED_LIVING = 13
    EXTRA_CARE = 14
    SOCIAL_WORKER = 15
    OTHER_PROFESSIONAL = 16
    LEARNING_OR_WORK = 17
    END_OF_LIFE = 18
    EMERGENCY = 19
    OTHER_SHORT_TERM = 20
    OTHER_LONG_TERM = 21
    CARER_RESPITE = 22
    CARER_SITTING = 23
    CARER_UNIVERSAL = 24
    CARER_OTHER = 25


class Outcome(IntEnum):
    """What came of an event. The number is its rank: of two outcomes of one event, the lower one wins."""

    TO_REABLEMENT = 1
    TO_ASSESSMENT_OR_REVIEW = 2
    RELEASE_1_ONLY = 3
    TO_SUPPORT = 4
    CONTINUES = 5
    HOSPITAL = 6
    MOVED = 7
    NHS = 8
    SELF_FUNDED = 9
    INFORMATION = 10
    OTHER_COUNCIL_SERVICE = 11
    DECLINED = 12
    DECEASED = 13
    ENDED_AS_PLANNED = 14
    ENDED_OTHER = 15
    NOT_OFFERED = 16
    OTHER = 17


class Gender(IntEnum):
    """As the specification lists it."""

    MALE = 1
    FEMALE = 2
    OTHER = 3
    UNKNOWN = 4


class Reason(IntEnum):
    """Primary support reason."""

    PHYSICAL_MOBILITY = 1
    PHYSICAL_PERSONAL_CARE = 2
    SENSORY_VISUAL = 3
    SENSORY_HEARING = 4
    SENSORY_DUAL = 5
    MEMORY = 6
    LEARNING_DISABILITY = 7
    MENTAL_HEALTH = 8
    SUBSTANCE = 9
    ASYLUM = 10
    ISOLATION_OR_OTHER = 11
    UNPAID_CARER = 12
    UNKNOWN = 13


class Accommodation(IntEnum):
    """Where a person lives: the numbers of the specification; the last two are only ever inferred."""

    OWNER_OCCUPIER = 1
    SOCIAL_TENANT = 2
    PRIVATE_TENANT = 3
    FAMILY_OR_FRIENDS = 4
    SUPPORTED = 5
    SHARED_LIVES = 6
    APPROVED_PREMISES = 7
    SHELTERED_OR_EXTRA_CARE = 8
    MOBILE = 9
    ROUGH_SLEEPING = 10
    NIGHT_SHELTER = 11
    REFUGE = 12
    COUNCIL_TEMPORARY = 13
    SHORT_TERM_GUEST = 14
    HOSPITAL = 15
    CARE_HOME = 16
    NURSING_HOME = 17
    PRISON = 18
    OTHER_TEMPORARY = 19
    UNKNOWN = 20
    PRESUMED_AT_HOME = 21
    PRESUMED_IN_COMMUNITY = 22


SETTLED = (*range(1, 10), Accommodation.PRESUMED_AT_HOME)


class Employment(IntEnum):
    """Paid work and its absence; 1 to 3 are paid."""

    PAID_UNDER_16 = 1
    PAID_16_OR_MORE = 2
    PAID_HOURS_UNKNOWN = 3
    SEEKING = 4
    NOT_SEEKING_OR_RETIRED = 5
    VOLUNTARY = 6
    UNKNOWN = 7


class Funding(IntEnum):
    """Who pays for the support."""

    CLIENT = 1
    JOINT = 2
    SOCIAL_CARE = 3
    UNKNOWN = 4


class YesNo(IntEnum):
    """Has an unpaid carer, autism, dementia: yes, no or unknown."""

    YES = 1
    NO = 2
    UNKNOWN = 3


class Frequency(IntEnum):
    """What a unit cost buys."""

    PER_SESSION = 1
    HOURLY = 2
    DAILY = 3
    WEEKLY = 4
    FORTNIGHTLY = 5
    FOUR_WEEKLY = 6
    MONTHLY = 7
    QUARTERLY = 8
    ANNUALLY = 9
    ONE_OFF = 10
    NO_CHARGE = 11


class Ethnicity(IntEnum):
    """The twenty-one values in the specification's order; 20 and 21 hold no data."""

    WHITE_BRITISH = 1
    WHITE_IRISH = 2
    WHITE_TRAVELLER = 3
    WHITE_ROMA = 4
    WHITE_OTHER = 5
    MIXED_CARIBBEAN = 6
    MIXED_AFRICAN = 7
    MIXED_ASIAN = 8
    MIXED_OTHER = 9
    ASIAN_INDIAN = 10
    ASIAN_PAKISTANI = 11
    ASIAN_BANGLADESHI = 12
    ASIAN_CHINESE = 13
    ASIAN_OTHER = 14
    BLACK_AFRICAN = 15
    BLACK_CARIBBEAN = 16
    BLACK_OTHER = 17
    ARAB = 18
    OTHER = 19
    REFUSED = 20
    NOT_KNOWN = 21
