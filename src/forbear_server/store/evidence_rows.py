"""Add one row to the evidence without reading it back: the serving role may add a row of no lender
(a refused sign-in of an unknown name) that it may never see."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    lender_id: int | None
    at: datetime
    actor_id: int | None
    name: str
    subject: str
    address: str
    body: Json


def insert_evidence(row: EvidenceRow) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('evidence_entry', 'id'))")
        number = int(cursor.fetchone()[0])
        cursor.execute(
            "INSERT INTO evidence_entry "
            "(id, lender_id, at, actor_id, name, subject, address, body) "
            "OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s, %s, %s, %s, %s, %s::jsonb)",
            [
                number,
                row.lender_id,
                row.at,
                row.actor_id,
                row.name,
                row.subject,
                row.address,
                json.dumps(dict(row.body), ensure_ascii=False),
            ],
        )
    return number
