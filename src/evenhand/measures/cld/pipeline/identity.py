"""One number a person (CLD.md 3.4): the NHS number where there is one, else the council's own id with its code.

Nothing bridges the two (quirk ID_NOT_LINKED): somebody with an NHS number on some rows only is two people. A person
known to two councils by one NHS number has one number here, and is counted in each.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from evenhand.measures.cld.engine import Engine
from evenhand.measures.cld.options import Options
from evenhand.measures.cld.pipeline.keys import twins
from evenhand.measures.cld.tables import IDS, declared


@dataclass(frozen=True)
class Identified:
    """RECORDS; the same with ``person`` beside them, without the records that no id can be made of; and ``twins``.

    twins: of those, the rows of events that one submission tells more than once, with ``turn`` (see ``keys``).
    """

    records: ir.Table
    numbered: ir.Table
    twins: ir.Table


def person_id(records: ir.Table, options: Options) -> ir.StringValue:
    """The id of a record's person; NULL when a record has neither an NHS number nor a council's id.

    Under DROP_NO_PERSON_ID off, all such records of a council are one person.
    """
    own = records["la_person"] if options.drop_no_person_id else records["la_person"].fill_null("")
    return ibis.coalesce(records["nhs"], records["la"].concat("_", own))


def identify(engine: Engine, records: ir.Table, options: Options) -> tuple[Identified, ir.Table]:
    """The records with their persons' numbers, those told twice, and IDS: the number of each id, in the ids' own order.

    records: RECORDS. Numbers do not depend on the order of rows, only on which ids there are.
    """
    read = records.mutate(pseudonym=person_id(records, options))
    distinct = read.filter(read["pseudonym"].notnull()).select("pseudonym").distinct()
    number = ibis.row_number().over(ibis.window(order_by=distinct["pseudonym"])).cast("int64")
    ids = engine.keep("ids", declared(distinct.mutate(person=number), IDS, "identify"))
    joined = read.join(ids, "pseudonym").select(read, ids["person"])
    return Identified(records, joined, engine.keep("twins", twins(read, ids, options))), ids
