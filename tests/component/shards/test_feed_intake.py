"""A department's files into bronze: once each by content, whatever they are named, and nothing lost."""

import pyarrow as pa
import pytest

from powerlake.errors import ConfigurationError
from powerlake.lake import publication
from powerlake.lake.staging import Staged
from powerlake.pipeline.context import JobContext
from powerlake.pipeline.job import Window
from powerlake.pipeline.lake_engine import LakeEngine
from powerlake.pipeline.spec import read_pipelines
from powerlake.project import Project
from powerlake.security.fields import unseal
from powerlake.security.keys import FileKeyring
from powerlake.settings import load_settings
from powerlake.shards.ingest import Ingested, whole_file
from powerlake.tables import TABLES

CUSTOMERS = "marketing/customers"
HEADER = "customer_id,name,phone,customer_kind,region_code,opened_date"
PERSON = (
    '{"customer_id":"c5","name":"王五 13800000003","customer_kind":"shop",'
    '"region_code":"r1","opened_date":"2020-01-01"}'
)
LI = "c1,李雷,13800000001,residential,r1,2020-01-01"
HAN = "c2,韩梅梅,13800000002,shop,r1,2021-05-06"


def csv(*rows: str, header: str = HEADER) -> str:
    return "\n".join([header, *rows]) + "\n"


def ledger(departments) -> dict[str, dict[str, object]]:
    return {row["file"].rsplit("/", 1)[1]: row for row in departments.rows("ops.landing_files")}


def test_received_is_kept_and_quarantined(departments) -> None:
    departments.drop(f"{CUSTOMERS}/a.csv", csv(LI, "c2,韩梅梅,13800000002,shop,r1,yesterday", HAN))
    report = departments.run("marketing")
    assert (report.counts["rows_received"], report.counts["rows_kept"], report.counts["rows_quarantined"]) == (3, 2, 1)
    kept = departments.rows("bronze.customers")
    assert [(row["customer_id"], row["row_number"], row["batch"], row["file"]) for row in kept] == [
        ("c1", 1, 1, f"{CUSTOMERS}/a.csv"),
        ("c2", 3, 1, f"{CUSTOMERS}/a.csv"),
    ]
    (refused,) = departments.rows("quarantine.customers_raw")
    assert (refused["level"], refused["reason"], refused["row_number"]) == ("row", "bad_date", 2)
    assert (refused["detail"], refused["readings"]) == ("column opened_date", 0)


def test_a_second_run_changes_nothing(departments) -> None:
    departments.drop(f"{CUSTOMERS}/a.csv", csv(LI))
    departments.drop("marketing/bills/a.csv", "no,bill\n1,2\n")
    assert departments.run("marketing").outcome == "done"
    assert [row["reason"] for row in departments.rows("quarantine.bills_raw")] == ["missing_column"]
    before = departments.versions()
    assert departments.run("marketing").outcome == "unchanged"
    assert departments.versions() == before


def test_a_commit_that_fails_and_is_tried_again_adds_no_row_twice(departments, monkeypatch: pytest.MonkeyPatch) -> None:
    departments.drop(f"{CUSTOMERS}/a.csv", csv(LI))
    monkeypatch.setattr(JobContext, "spread", lambda self, work, tasks: [work(task) for task in tasks])
    project = Project(departments.repository)
    settings = load_settings(project).model_copy(update={"home": departments.home})
    engine = LakeEngine(departments.lake, settings, project.jobs, "run-1", "bronze", Window())
    job = read_pipelines(project.pipelines)["bronze"].job("bronze.marketing")
    with monkeypatch.context() as patched:
        real = publication._write

        def no_ledger(delta, change, *rest):
            if change.table == "ops.landing_files":
                raise OSError("no answer from the disk")
            real(delta, change, *rest)

        patched.setattr(publication, "_write", no_ledger)
        with pytest.raises(OSError, match="no answer"):
            engine.execute(job, 1)
    assert len(departments.rows("bronze.customers")) == 1
    assert departments.rows("ops.landing_files") == []
    assert engine.execute(job, 2).outcome == "unchanged"
    assert engine.recover() == 0
    assert len(departments.rows("bronze.customers")) == 1
    assert len(departments.rows("ops.landing_files")) == 1


def test_a_renamed_copy_is_a_duplicate_and_a_correction_is_new(departments) -> None:
    departments.drop(f"{CUSTOMERS}/a.csv", csv(LI))
    departments.run("marketing")
    departments.drop(f"{CUSTOMERS}/again/b.csv", csv(LI))
    departments.drop(f"{CUSTOMERS}/a.csv", csv(LI.replace("r1", "r2")))
    departments.run("marketing")
    assert [(row["region_code"], row["batch"]) for row in departments.rows("bronze.customers")] == [
        ("r1", 1),
        ("r2", 2),
    ]
    found = departments.rows("ops.landing_files")
    assert [(row["file"], row["outcome"], row["batch"]) for row in found] == [
        (f"{CUSTOMERS}/a.csv", "taken", 1),
        (f"{CUSTOMERS}/a.csv", "taken", 2),
        (f"{CUSTOMERS}/again/b.csv", "duplicate", 2),
    ]


def test_batches_count_up_by_feed_and_content_is_known_by_feed(departments) -> None:
    departments.drop("marketing/contracts/a.csv", csv(LI))
    departments.run("marketing")
    departments.drop(f"{CUSTOMERS}/a.csv", csv(LI))
    departments.run("marketing")
    outcomes = {row["feed"]: (row["outcome"], row["batch"]) for row in departments.rows("ops.landing_files")}
    assert outcomes == {"marketing/contracts": ("rejected", 1), CUSTOMERS: ("taken", 1)}


def test_a_new_column_is_kept_and_reported(departments) -> None:
    departments.drop(f"{CUSTOMERS}/a.csv", csv(f"{LI},gold,", header=f"{HEADER},loyalty,shoe_size"))
    report = departments.run("marketing")
    assert report.warnings == {CUSTOMERS: "columns beyond the contract, kept: loyalty, shoe_size"}
    assert ledger(departments)["a.csv"]["new_columns"] == ["loyalty", "shoe_size"]
    assert "email" in ledger(departments)["a.csv"]["missing_columns"]
    (row,) = departments.rows("bronze.customers")
    assert [key for key, _ in row["others"]] == ["loyalty"]
    sealed = pa.array([row["others"][0][1]])
    assert sealed[0].as_py().startswith("v1:f1:"), "a column nobody declared may name a person"
    place = pa.array([f"{row['file_sha256']}:{row['row_number']}:loyalty"])
    keyring = FileKeyring(departments.home / "keys" / "keyring.json")
    assert unseal(sealed, "others", "bronze.customers", place, keyring).to_pylist() == ["gold"]


def test_a_new_column_of_a_feed_without_persons_stays_readable(departments) -> None:
    departments.drop("external/calendar/a.csv", "region_code,date,is_working_day,mood\nCN,2024-01-01,0,good\n")
    departments.run("external")
    assert departments.rows("bronze.calendar")[0]["others"] == [("mood", "good")]


def test_a_missing_required_column_sends_the_whole_file_to_quarantine(departments) -> None:
    departments.drop(f"{CUSTOMERS}/a.csv", csv("c1,李雷", "c2,韩梅梅", header="customer_id,name"))
    departments.drop(f"{CUSTOMERS}/b.csv", csv(HAN))
    departments.run("marketing")
    (refused,) = departments.rows("quarantine.customers_raw")
    assert (refused["level"], refused["reason"]) == ("file", "missing_column")
    assert [row["customer_id"] for row in departments.rows("bronze.customers")] == ["c2"]
    row = ledger(departments)["a.csv"]
    assert (row["outcome"], row["reason"], row["rows_received"], row["rows_quarantined"]) == (
        "rejected",
        "missing_column",
        2,
        2,
    )
    assert row["new_columns"] is None


def test_a_deletion_needs_its_key_only(departments) -> None:
    departments.drop(f"{CUSTOMERS}/a.csv", csv(f"{LI},", "c9,,,,,,delete", header=f"{HEADER},change"))
    departments.run("marketing")
    found = [(row["customer_id"], row["is_deletion"]) for row in departments.rows("bronze.customers")]
    assert found == [("c1", False), ("c9", True)]


def test_a_link_is_refused_without_being_followed(departments, tmp_path) -> None:
    departments.drop(f"{CUSTOMERS}/a.csv", csv(LI))
    secret = tmp_path / "outside.csv"
    secret.write_text(csv(HAN))
    (departments.lake.landing / CUSTOMERS / "link.csv").symlink_to(secret)
    departments.run("marketing")
    assert [row["customer_id"] for row in departments.rows("bronze.customers")] == ["c1"]
    (refused,) = departments.rows("quarantine.customers_raw")
    assert (refused["level"], refused["reason"]) == ("file", "symbolic_link")


def test_a_feed_without_folder_is_left_out_and_named(departments) -> None:
    departments.drop("service/tickets/a.jsonl", '{"ticket_id":"t1","opened_at":"2024-01-01 08:00","text":"停电了"}\n')
    report = departments.run("service")
    assert report.note == "no folder for channel_usage"
    assert departments.lake.version(TABLES["bronze.channel_usage"]) is None
    assert departments.run("assets").outcome == "unchanged"


def test_nobody_is_named_in_clear_and_the_keyring_gives_the_names_back(departments) -> None:
    departments.drop(f"{CUSTOMERS}/a.csv", csv(f"{LI},13900000009", header=f"{HEADER},contact"))
    departments.drop(f"{CUSTOMERS}/b.csv", csv("c3,王五,13800000003,shop,r1,never", "c4,赵六"))
    departments.drop(f"{CUSTOMERS}/c.csv", "李雷,13800000001\n韩梅梅,13800000002\n")
    departments.drop(f"{CUSTOMERS}/d.jsonl", f"{PERSON}\n{PERSON[:-9]}\n")
    departments.run("marketing")
    li, _ = departments.rows("bronze.customers")
    place = pa.array([f"{li['file_sha256']}:{li['row_number']}"])
    keyring = FileKeyring(departments.home / "keys" / "keyring.json")
    assert unseal(pa.array([li["name"]]), "name", "bronze.customers", place, keyring).to_pylist() == ["李雷"]
    refused = [row for row in departments.rows("quarantine.customers_raw") if row["level"] == "row"]
    assert len(refused) == 3
    assert all(row["record"].startswith("v1:f1:") for row in refused)
    kept = [departments.rows(name) for name in TABLES if departments.lake.version(TABLES[name]) is not None]
    logs = [path.read_text() for path in departments.home.rglob("*.json") if "keys" not in path.parts]
    text = repr(kept) + repr(logs)
    assert "c1" in text
    for personal in ("李雷", "韩梅梅", "王五", "赵六", "1380000000", "13900000009"):
        assert personal not in text
        assert personal.encode("unicode_escape").decode() not in text


def test_a_telephone_has_one_pseudonym_in_every_feed(departments) -> None:
    departments.drop(f"{CUSTOMERS}/a.csv", csv(LI, HAN))
    ticket = '{"ticket_id":"t1","opened_at":"2024-01-01 08:00","text":"x","phone":"138 0000 0001"}\n'
    departments.drop("service/tickets/a.jsonl", ticket)
    departments.run("marketing")
    departments.run("service")
    li, han = departments.rows("bronze.customers")
    (ticket,) = departments.rows("bronze.tickets")
    assert ticket["phone_pseudonym"] == li["phone_pseudonym"] != han["phone_pseudonym"]
    assert ticket["phone"] != li["phone"]


def test_a_file_in_parts_lacks_what_every_part_lacks() -> None:
    first = Ingested(Staged(), 3, 2, 1, 0, None, ("b", "a"), ("email", "address"))
    second = Ingested(Staged(), 4, 4, 0, 0, None, ("a", "c"), ("email",))
    assert whole_file([first, second]) == Ingested(Staged(), 7, 6, 1, 0, None, ("b", "a", "c"), ("email",))
    damaged = Ingested(Staged(), 9, 0, 9, 0, "damaged")
    assert whole_file([first, damaged]) == damaged


@pytest.mark.parametrize("happened", ["lost", "exchanged"])
def test_another_keyring_is_refused_before_a_file_is_read(departments, happened: str, tmp_path) -> None:
    departments.drop(f"{CUSTOMERS}/a.csv", csv(LI))
    departments.run("marketing")
    before = departments.versions()
    path = departments.home / "keys" / "keyring.json"
    path.unlink()
    if happened == "exchanged":
        FileKeyring(path).create()
    departments.drop(f"{CUSTOMERS}/b.csv", csv(HAN))
    with pytest.raises(ConfigurationError, match="cannot be read" if happened == "lost" else "is not the keyring"):
        departments.run("marketing")
    assert departments.versions() == before
