"""What `feeds check` says of files before they are sent."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

from powerlake.landing.feed_check import FileVerdict, RowFault, check_files
from powerlake.landing.text_file import Limits
from powerlake.tables.feeds import FEEDS

PAYMENTS = "payment_id,customer_id,paid_at,amount_cny\n"
CURVES = "meter_id,reading_at,kwh\nm1,2024-01-01 00:00,1\nm1,2024-01-01 00:30,many\n"


def put(folder: Path, file: str, content: str | bytes) -> None:
    path = folder / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def test_a_folder_laid_out_as_landing(tmp_path: Path) -> None:
    put(tmp_path, "metering/load_curves/2024/a.csv", CURVES)
    put(tmp_path, "marketing/payments/a.csv", PAYMENTS.replace("amount", "sum"))
    put(tmp_path, "marketing/payment/b.csv", PAYMENTS)
    put(tmp_path, "readme.txt", "x")
    (tmp_path / "marketing" / "payments" / "link.csv").symlink_to(tmp_path / "readme.txt")
    (tmp_path / "service").symlink_to(tmp_path / "marketing")
    assert check_files(tmp_path, FEEDS) == [
        FileVerdict("marketing/payment/b.csv", rejected="unknown_feed", detail="no feed has this folder"),
        FileVerdict("marketing/payments/a.csv", "marketing/payments", "missing_column", "no column amount_cny"),
        FileVerdict("marketing/payments/link.csv", rejected="symbolic_link"),
        FileVerdict(
            "metering/load_curves/2024/a.csv",
            "metering/load_curves",
            rows_received=2,
            rows_kept=1,
            faults=(RowFault("not_a_number", "column kwh", 1, (2,)),),
        ),
        FileVerdict("readme.txt", rejected="unknown_feed", detail="no feed has this folder"),
        FileVerdict("service", rejected="symbolic_link"),
    ]


def test_rows_are_counted_by_reason_with_examples(tmp_path: Path) -> None:
    rows = ["p,c,2024-01-01,1", "p,c,2024-01-01,x", "p,c,soon,1"] * 4 + ["p,c,2024-01-01"]
    put(tmp_path, "a.csv", PAYMENTS + "\n".join(rows) + "\n")
    whole, parts = (check_files(tmp_path, FEEDS, limits) for limits in (Limits(), Limits(held_bytes=9, block_bytes=40)))
    assert whole == parts
    (found,) = whole
    assert (found.feed, found.is_taken, found.rows_received, found.rows_kept) == ("marketing/payments", True, 13, 4)
    assert found.faults == (
        RowFault("bad_number", "column amount_cny", 4, (2, 5, 8)),
        RowFault("bad_instant", "column paid_at", 4, (3, 6, 9)),
        RowFault("wrong_cell_count", "3 cells; the header has 4", 1, (13,)),
    )
    assert found.missing_optional == ("bill_id", "method", "payer_account", "status")


def test_a_column_is_missing_where_no_part_has_it(tmp_path: Path) -> None:
    line = {"payment_id": 1, "customer_id": 2, "paid_at": "2024-01-01", "amount_cny": 3}
    lines = [line, line | {"bill_id": 1}, line | {"note": 1}]
    put(tmp_path, "a.jsonl", "\n".join(map(json.dumps, lines)))
    (found,) = check_files(tmp_path, FEEDS, Limits(held_bytes=1, block_bytes=10))
    assert (found.missing_optional, found.new_columns) == (("method", "payer_account", "status"), ("note",))


def test_a_loose_file_with_a_feeds_columns_is_of_that_feed(tmp_path: Path) -> None:
    for path, feed in FEEDS.items():
        names = [field.name for field in feed.fields]
        put(tmp_path, path.replace("/", "."), ",".join([*names, "more"]) + "\n" + "," * len(names) + "\n")
    found = check_files(tmp_path, FEEDS)
    assert {verdict.file: verdict.feed for verdict in found} == {path.replace("/", "."): path for path in FEEDS}
    assert {verdict.new_columns for verdict in found} == {("more",)}
    assert {fault.reason for verdict in found for fault in verdict.faults} == {"missing_value"}


def test_loose_files_of_other_forms(tmp_path: Path) -> None:
    line = {"payment_id": 1, "customer_id": 2, "paid_at": "2024-01-01", "amount_cny": 3}
    put(tmp_path, "a.jsonl.gz", gzip.compress(json.dumps(line).encode()))
    put(tmp_path, "b.csv.gz", gzip.compress(CURVES.encode()))
    put(tmp_path, "c.html", "<html>")
    put(tmp_path, "d.csv", "payment_id,customer_id,paid_at\n")
    put(tmp_path, "e.parquet", b"PAR1PAR1")
    told = [(found.feed, found.rejected, found.detail) for found in check_files(tmp_path, FEEDS)]
    assert told == [
        ("marketing/payments", None, None),
        ("metering/load_curves", None, None),
        (None, "wrong_format", "a page of HTML or XML"),
        (None, "unknown_feed", "fits none; marketing/payments also needs amount_cny"),
        (None, "damaged", "Parquet: ArrowInvalid"),
    ]


def test_one_file_that_is_a_link_or_not_there(tmp_path: Path) -> None:
    put(tmp_path, "a.csv", PAYMENTS)
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")
    assert [found.rejected for found in check_files(tmp_path / "b.csv", FEEDS)] == ["symbolic_link"]
    assert [found.rejected for found in check_files(tmp_path / "c.csv", FEEDS)] == ["not_readable"]
