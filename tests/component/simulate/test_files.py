"""Files of a feed: every form holds the same rows, the same bytes each time, and landing's readers take them."""

import gzip
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from powerlake.simulate.files import DATE_FORMS, File, Form, conformed, encoded, write_file
from powerlake.tables.feeds import FEEDS

TICKETS = FEEDS["service/tickets"]
TABLE = conformed(
    TICKETS,
    pa.table(
        {
            "ticket_id": ["t1", "t2"],
            "opened_at": [datetime(2024, 2, 10, 8, 5, 9), datetime(2024, 2, 11)],
            "text": ['电费太高了, he said "why?"', "停电\n了"],
            "satisfaction": pa.array([None, 4], pa.int64()),
        }
    ),
)


def test_a_table_gets_the_columns_and_types_of_its_contract() -> None:
    assert TABLE.column_names == [field.name for field in TICKETS.fields]
    assert TABLE.schema.field("opened_at").type == pa.timestamp("ms")
    assert TABLE["closed_at"].null_count == 2
    with pytest.raises(ValueError, match="no column colour"):
        conformed(TICKETS, pa.table({"colour": ["red"]}))


def test_csv_and_json_lines_hold_the_same_text() -> None:
    csv = encoded(TABLE, Form("csv", encoding="gb18030", is_gzip=True, dates="chinese"))
    text = gzip.decompress(csv).decode("gb18030")
    assert '"电费太高了, he said ""why?"""' in text
    assert "2024年02月10日 08:05:09" in text
    lines = encoded(TABLE, Form("jsonl")).decode().splitlines()
    assert len(lines) == 2
    assert '"opened_at":"2024-02-11 00:00:00"' in lines[1]
    assert '"text":"停电\\n了"' in lines[1]
    assert '"satisfaction":4' in lines[1]


@pytest.mark.parametrize("form", [Form("csv", is_gzip=True), Form("jsonl", is_gzip=True), Form("parquet")])
def test_the_same_table_gives_the_same_bytes(form: Form) -> None:
    assert encoded(TABLE, form) == encoded(TABLE, form)
    assert encoded(TABLE.slice(1), form) != encoded(TABLE, form)


@pytest.mark.parametrize("dates", DATE_FORMS)
def test_dates_are_written_in_the_form_of_the_file(dates: str) -> None:
    at = pa.array([datetime(2024, 3, 9, 23, 4, 5)], pa.timestamp("ms"))
    table = pa.table({"day": pa.array([date(2024, 3, 9)]), "at": at})
    day, instant = encoded(table, Form("csv", dates=dates)).decode().splitlines()[1].split(",")
    expected = {
        "iso": ("2024-03-09", "2024-03-09 23:04:05"),
        "slashes": ("2024/03/09", "2024/03/09 23:04:05"),
        "digits": ("20240309", "20240309230405"),
        "chinese": ("2024年03月09日", "2024年03月09日 23:04:05"),
    }
    assert (day.strip('"'), instant.strip('"')) == expected[dates]


def test_parquet_keeps_types_and_an_unfinished_file_is_never_seen(tmp_path: Path) -> None:
    file = File("landing/service/tickets/a.parquet", encoded(TABLE, Form("parquet")), 2)
    write_file(tmp_path, file)
    write_file(tmp_path, file)
    assert pq.read_table(tmp_path / file.path).equals(TABLE)
    assert [path.name for path in (tmp_path / file.path).parent.iterdir()] == ["a.parquet"]
