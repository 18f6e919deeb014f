"""The finance return's ZIP, as far as its layout is known, and archives that mean harm."""

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from evenhand.facts.errors import UnreadableFile
from evenhand.facts.register import Register
from evenhand.sources import finance_zip
from evenhand.sources.model import ReadResult
from evenhand.sources.schema import check
from evenhand.sources.sniff import sniff

HEAD = (
    "GEOGRAPHY_LEVEL,FY_ENDING,CASSR,GEOGRAPHY_CODE,DH_GEOGRAPHY_NAME,REGION_GO_CODE,UUID,DimensionGroup,CareType,"
    "FinanceType,FinanceDescription,AgeBand,PrimarySupportReason,SupportSetting,Purpose,CarerSupportType,ITEMVALUE"
)
LA = "Local Authority,2025,{code},E6600000{n},{name},E62000001,{uuid},Expenditure"


def lines(scale: float = 1.0) -> list[str]:
    """Three councils of £100 million, £120 million and £140 million, the country, and some activity."""
    out = []
    for n, name in ((1, "Ashvale"), (2, "Brackwater"), (4, "Dunmere")):
        la = LA.format(code=f"00{n}", n=n, name=name, uuid=8)
        big, small = 100_000_000 + 20_000_000 * n, 1_000_000.5
        gross = "Total Expenditure,Gross Current Expenditure"
        out.append(f"{la},Total,{gross},Total,Total,Total,,,{big * scale:.5f}")
        out.append(
            f"{la},Long Term Care,{gross},18 to 64,Physical Support,Community: Direct Payments,,,{small * scale:.5f}"
        )
    out.append("England,2025,,E99000001,,,8,Expenditure,Total,Total Expenditure,Gross Current Expenditure,Total,Total,"
               f"Total,,,{500_000_000 * scale:.5f}")  # fmt: skip
    out.append(LA.format(code="001", n=1, name="Ashvale", uuid=9).replace("Expenditure", "Activity")
               + ",Long Term Care,Activity,Weeks,18 to 64,Physical Support,Nursing,,,77")  # fmt: skip
    return out


Load = Callable[..., ReadResult]


@pytest.fixture
def pack(tmp_path: Path) -> Callable[..., Path]:
    def _pack(rows: list[str], head: str = HEAD, **others: str) -> Path:
        path = tmp_path / "finance.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
            z.writestr("data/finance-descriptions.csv", "\n".join([head, *rows]))
            z.writestr("UUID mapping guide.csv", "UUID,Meaning\n8,Gross current expenditure\n")
            for name, text in others.items():
                z.writestr(name.replace("__", "/").replace("_csv", ".csv"), text)
        return path

    return _pack


@pytest.fixture
def load(pack: Callable[..., Path], tiny: Register) -> Load:
    def _load(rows: list[str], head: str = HEAD) -> ReadResult:
        file = sniff(pack(rows, head))
        assert file.kind == "zip"
        assert finance_zip.recognise(file)
        return check(finance_zip.read(file, tiny), file.name)

    return _load


@pytest.mark.parametrize("scale", [1.0, 0.001])
def test_pounds_and_thousands_are_told_apart_by_the_size_of_councils(load: Load, scale: float) -> None:
    o = load(lines(scale)).observations
    whole = o.filter(area="ashvale", age="all", reason="all", setting="all")
    assert whole["value"].item() == 12_000_000_000
    direct = o.filter(area="ashvale", setting="direct-payments").row(0, named=True)
    assert (direct["value"], direct["item"], direct["reason"]) == (
        100_000_050, "gross_current_expenditure", "psr:physical",
    )  # fmt: skip
    assert o.filter(level="country")["value"].item() == 50_000_000_000


def test_amounts_that_are_neither_are_refused(load: Load) -> None:
    with pytest.raises(UnreadableFile, match="neither pounds nor £000"):
        load(lines(1e-6))


def test_activity_is_left_out_with_a_warning(load: Load) -> None:
    warnings = load(lines()).rejects.filter(severity="warning")
    assert warnings.filter(pl.col("reason").str.contains("Activity / Activity / Weeks")).height == 1


def test_a_missing_column_is_refused_with_the_file_inside_the_archive(load: Load) -> None:
    with pytest.raises(UnreadableFile) as fault:
        load(lines(), HEAD.replace("AgeBand", "Years"))
    assert "finance.zip/data/finance-descriptions.csv, row 1" in str(fault.value)
    assert "no column headed 'AgeBand'; the headings are: GEOGRAPHY_LEVEL" in str(fault.value)


def test_a_negative_symbol_or_percentage_is_what_it_is(load: Load) -> None:
    rows = lines()
    rows[1] = rows[1].rsplit(",", 1)[0] + ",*"
    rows[3] = rows[3].rsplit(",", 1)[0] + ",12%"
    result = load(rows)
    assert result.observations.filter(area="ashvale", setting="direct-payments")["status"].item() == "suppressed"
    bad = result.rejects.filter(severity="rejected")
    assert bad.select("row", "column").rows() == [(5, "ITEMVALUE")]


def test_two_finance_tables_in_one_archive_are_refused(pack: Callable[..., Path], tiny: Register) -> None:
    path = pack(lines(), other_csv="\n".join([HEAD, *lines()]))
    with pytest.raises(UnreadableFile, match=r"holds 2 finance tables in words \(data/finance-descriptions.csv, other"):
        finance_zip.read(sniff(path), tiny)


# --- archives that mean harm -----------------------------------------------------------------------------------

PATHS = ["../../etc/x.csv", "/etc/x.csv", "C:\\x.csv", "data\\..\\..\\x.csv"]


@pytest.mark.parametrize("name", PATHS)
def test_a_path_that_leaves_the_archive_is_refused(tmp_path: Path, tiny: Register, name: str) -> None:
    path = tmp_path / "bad.zip"
    with zipfile.ZipFile(path, "w") as z:
        z.writestr(name, HEAD)
    with pytest.raises(UnreadableFile, match="leaves the archive"):
        finance_zip.read(sniff(path), tiny)
    assert [p.name for p in tmp_path.iterdir()] == ["bad.zip"]


def test_a_link_is_refused(tmp_path: Path, tiny: Register) -> None:
    path = tmp_path / "link.zip"
    with zipfile.ZipFile(path, "w") as z:
        link = zipfile.ZipInfo("data.csv")
        link.external_attr = 0o120777 << 16
        z.writestr(link, "/etc/passwd")
    with pytest.raises(UnreadableFile, match="is a link"):
        finance_zip.read(sniff(path), tiny)


def test_a_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, tiny: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nine megabytes of nothing pass the first look; the same limits apply to each part of the archive."""
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as z:
        z.writestr("data.csv", HEAD + "\n" + "0" * (9 * 2**20))
    file = sniff(path)
    monkeypatch.setattr(finance_zip, "SMALL_MEMBER", 2**20)
    with pytest.raises(UnreadableFile, match="packed more tightly"):
        finance_zip.read(file, tiny)
    monkeypatch.setattr(finance_zip, "MAX_MEMBER", 2**20)
    with pytest.raises(UnreadableFile, match="unpacks to 9 MB"):
        finance_zip.read(file, tiny)


def test_an_encrypted_or_damaged_part_is_refused_and_never_recognised(tmp_path: Path, tiny: Register) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("data.csv", HEAD + "\n" + "\n".join(lines()))
    whole = path.read_bytes()
    at = whole.index(b"PK\x01\x02")
    path.write_bytes(whole[: at + 8] + struct.pack("<H", 1) + whole[at + 10 :])
    assert finance_zip.recognise(sniff(path)) is None
    with pytest.raises(UnreadableFile, match="is encrypted"):
        finance_zip.read(sniff(path), tiny)
    path.write_bytes(whole[:200] + b"\x00\xff\x00\xff" + whole[204:])
    with pytest.raises(UnreadableFile, match="cut short or damaged"):
        finance_zip.read(sniff(path), tiny)
