"""What the tables of long-term support are counted from: rows as submitted, each with its person and its tables.

Source: CLD.md 5.7, and the published scripts that it restates (NHS England, SALT and ASCOF transformations).
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from evenhand.facts.cld import codes
from evenhand.facts.cld.codes import ClientType, EventType, Mechanism, Outcome, Reason, ServiceType
from evenhand.measures.cld import budgets
from evenhand.measures.cld.decide import open_on, touches
from evenhand.measures.cld.engine import Engine
from evenhand.measures.cld.logic import Period, age, or_null
from evenhand.measures.cld.options import Options

# The builds that a row may be of: LTS001a; LTS001b; the chains of LTS001c; LTS003; LTS004.
BUILDS = ("in_year", "last_day", "chained", "of_carer", "learning")
_COLUMNS = (
    "la", "nhs", "la_person", "start", "end", "psr", "ethnicity", "gender", "has_carer", "accommodation", "employment",
    "event", "service", "mechanism", "outcome",
)  # fmt: skip


def submitted(
    engine: Engine, records: ir.Table, submissions: Sequence[int], births: ir.Table | None, period: Period,
    options: Options,
) -> ir.Table:  # fmt: skip
    """Rows of these submissions for long-term support or for carers, kept: with ``id``, ``age``, ``rank`` and BUILDS.

    records: RECORDS. births: la, pseudonym and birth of people, which take the rows' own births' place (quirk
    LTS_AGE_ROW_LEVEL off); None leaves each row its own. age: at the period's end, of the first of the birth month.
    """
    rows = records.filter(
        records["submission"].isin(list(submissions)) & (records["start"] <= period.end)
        & (records["service"].isin(codes.LONG_TERM) | (records["client"] != ClientType.SERVICE_USER))
        & (records["nhs"].notnull() | records["la_person"].notnull())
    )  # fmt: skip
    birth = ibis.date(rows["birth_year"].cast("int32"), rows["birth_month"].cast("int32"), ibis.literal(1, "int32"))
    if births is not None:
        rows = rows.mutate(pseudonym=ibis.coalesce(rows["nhs"], rows["la"].concat("_", rows["la_person"])))
        rows = rows.left_join(births, ["la", "pseudonym"]).select(rows, born=births["birth"])
        birth = rows["born"]
    rows = rows.mutate(age=age(birth, ibis.literal(period.end), calendar=not options.age_365_25))
    rank = setting_rank(rows, options).cast("int16")
    read = engine.keep("salt_read", rows.select(*_COLUMNS, "age", rank=rank, **_builds(rows, period)))
    table = engine.keep("salt_rows", _identified(read))
    engine.drop("salt_read")
    return table


def setting_rank(rows: ir.Table, options: Options) -> ir.IntegerValue:
    """The ranks of ``budgets``, by mechanism alone: a direct payment as component counts for nothing.

    Quirk LTS_NO_DP_COMPONENT; with the option off, the rank is that of ASCOF 3D.
    """
    if not options.lts_no_dp_component:
        return budgets.client_rank(rows)
    community, prison = rows["service"] == ServiceType.COMMUNITY, rows["service"] == ServiceType.PRISON
    managed = rows["mechanism"] == Mechanism.MANAGED_BUDGET
    commissioned = rows["mechanism"] == Mechanism.COMMISSIONED
    return ibis.cases(
        (rows["service"] == ServiceType.NURSING, budgets.NURSING),
        (rows["service"] == ServiceType.RESIDENTIAL, budgets.RESIDENTIAL),
        (community & (rows["mechanism"] == Mechanism.DIRECT_PAYMENT), budgets.DIRECT_PAYMENT),
        (community & managed, budgets.MANAGED), (community & commissioned, budgets.COMMISSIONED),
        (community, budgets.NO_MECHANISM), (prison & managed, budgets.PRISON_MANAGED),
        (prison & commissioned, budgets.PRISON_COMMISSIONED), (prison, budgets.PRISON_NO_MECHANISM),
        else_=ibis.null("int8"),
    )  # fmt: skip


def _builds(rows: ir.Table, period: Period) -> dict[str, ir.BooleanValue]:
    """Which builds a row is of. Whether somebody had died is what the row itself says."""
    user = (rows["client"] == ClientType.SERVICE_USER) & rows["service"].isin(codes.LONG_TERM)
    aged, year = user & rows["age"].notnull(), touches(rows, period)
    then, now = (or_null(rows["death"], rows["death"] >= day) for day in (period.start, period.end))
    carer = rows["client"].isin((ClientType.CARER, ClientType.CARER_BY_ASSOCIATION))
    event = rows["event"].between(EventType.REQUEST, EventType.REVIEW)
    told = (rows["outcome"] == Outcome.INFORMATION).fill_null(False)
    contact = rows["event"].isin((EventType.ASSESSMENT, EventType.REVIEW))
    enters = rows["service"].isin(codes.CARER_SUPPORT).fill_null(False) | (rows["service"].isnull() & (told | contact))
    learning = (rows["event"] == EventType.SERVICE) & (rows["psr"] == Reason.LEARNING_DISABILITY)
    held = (
        aged & then & year, aged & now & open_on(rows, period), aged & now, carer & event & enters & then & year,
        aged & then & year & learning & rows["age"].between(18, 64),
    )  # fmt: skip
    return {name: of.fill_null(False) for name, of in zip(BUILDS, held, strict=True)}


def _identified(read: ir.Table) -> ir.Table:
    """The rows with ``id``: the NHS number, else the council's own id (CLD.md 3.4, nhse_hybrid).

    A row without NHS number, whose council's id is also on a row of the build that has one, is not of that build,
    across all councils: whose it is cannot be told.
    """
    lone = read.filter(read["nhs"].isnull()).select("la_person").distinct()
    known = read.filter(read["nhs"].notnull()).semi_join(lone, "la_person")
    twins = known.group_by("la_person").agg(**{f"twin_{name}": known[name].any() for name in BUILDS})
    rows = read.left_join(twins, "la_person").select(read, *(twins[f"twin_{name}"] for name in BUILDS))
    sure = rows["nhs"].notnull()
    builds = {name: rows[name] & (sure | ~rows[f"twin_{name}"].fill_null(False)) for name in BUILDS}
    left = [name for name in read.columns if name not in ("nhs", "la_person", *BUILDS)]
    return rows.select(*left, id=ibis.coalesce(rows["nhs"], rows["la_person"]), **builds)
