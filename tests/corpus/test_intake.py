"""What the library promises about files that users add."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from jumou.corpus.readers.limits import Limits
from jumou.errors import IndexLocked, InvalidRequest, NotFound
from jumou.retrieval import Filter, Library
from jumou.retrieval.intake import Outcome, Upload, add_files, add_uploads, list_added, remove_added
from jumou.testing import BagEncoder, text_of

NOTICE = """皖政〔2023〕45号

安徽省人民政府关于支持冷链物流发展的通知

一、财政支持
对新建冷库按投资额的一成给予补贴，单个项目不超过500万元。
二、用地支持
优先保障冷链物流项目用地。

安徽省人民政府
2023年6月18日
"""


@pytest.fixture
def folder(tmp_path: Path, make: Any) -> Path:
    """A folder with one file of each format, some below."""
    root = tmp_path / "文件"
    (root / "下级").mkdir(parents=True)
    (root / "冷链.txt").write_bytes(NOTICE.encode("gbk"))
    (root / "轴承.docx").write_bytes(make.word("瓦房店轴承产业集群以骨干企业为龙头。", Heading_1="产业基础"))
    (root / "企业.xlsx").write_bytes(make.excel(重点企业=[["企业", "产值"], ["甲公司", 12]]))
    (root / "下级" / "园区.pdf").write_bytes(make.pdf([["园区实行一站式服务。"]]))
    (root / "下级" / "招商.html").write_text("<h1>招商指南</h1><p>坚持公平竞争。</p>", encoding="utf-8")
    (root / "下级" / "说明.md").write_text("# 氢能规划\n\n## 目标\n建设加氢站十座。\n", encoding="utf-8")
    return root


def statuses(outcomes: list[Outcome]) -> dict[str, str]:
    return {Path(one.path).name: one.status for one in outcomes}


# --- adding -----------------------------------------------------------------------------------------------------------


def test_a_folder_is_added_wholly_and_found_by_search(small: Library, folder: Path) -> None:
    outcomes = add_files(small, [folder])
    assert set(statuses(outcomes).values()) == {"added"}
    assert len(outcomes) == 6
    hit = small.search("新建冷库补贴", limit=1)[0]
    assert hit.document.title == "安徽省人民政府关于支持冷链物流发展的通知"
    assert "冷库" in hit.passage.text
    assert small.search("加氢站", limit=1)[0].passage.section == "目标"


def test_passages_of_an_added_file_rebuild_its_text(small: Library, folder: Path) -> None:
    added = add_files(small, [folder / "冷链.txt"])[0]
    assert "".join(one.text for one in small.passages(added.document_id)) == NOTICE
    assert added.passages == len(small.passages(added.document_id))


def test_unchanged_files_are_passed_over_and_changed_ones_replaced(small: Library, folder: Path) -> None:
    first = add_files(small, [folder])
    assert set(statuses(add_files(small, [folder])).values()) == {"unchanged"}
    (folder / "冷链.txt").write_text(NOTICE.replace("一成", "两成"), encoding="utf-8")
    again = add_files(small, [folder])
    assert [one.status for one in again if one.status != "unchanged"] == ["updated"]
    assert [one.document_id for one in again] == [one.document_id for one in first]
    texts = "".join(hit.passage.text for hit in small.search("冷库补贴", limit=8))
    assert "两成" in texts
    assert "一成" not in texts


def test_the_same_content_under_another_name_is_not_stored_twice(small: Library, folder: Path) -> None:
    (folder / "副本.txt").write_bytes((folder / "冷链.txt").read_bytes())
    outcomes = [one for one in add_files(small, [folder]) if Path(one.path).name in ("副本.txt", "冷链.txt")]
    assert sorted(one.status for one in outcomes) == ["added", "unchanged"]
    assert len({one.document_id for one in outcomes}) == 1
    assert len(list_added(small)) == 6


def test_a_file_named_twice_by_different_paths_is_one(
    small: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert len(add_files(small, ["冷链.txt", folder / "冷链.txt", folder / "下级" / ".." / "冷链.txt"])) == 1
    assert add_files(small, [Path("冷链.txt")])[0].status == "unchanged"


def test_a_changed_file_that_became_unreadable_leaves_what_was_stored(small: Library, folder: Path) -> None:
    before = add_files(small, [folder / "轴承.docx"])[0]
    (folder / "轴承.docx").write_bytes(b"PK\x03\x04 torn")
    assert add_files(small, [folder / "轴承.docx"])[0].status == "refused"
    assert "骨干企业" in small.passages(before.document_id)[0].text


def test_progress_is_told_to_the_end(small: Library, folder: Path) -> None:
    told: list[tuple[int, int]] = []
    add_files(small, [folder], progress=lambda done, total, _: told.append((done, total)))
    assert told[0] == (0, 6)
    assert told[-1] == (6, 6)
    assert told == sorted(told)


def test_nothing_at_all_is_no_error(small: Library, tmp_path: Path) -> None:
    (tmp_path / "空").mkdir()
    assert add_files(small, [tmp_path / "空"]) == []
    assert add_files(small, []) == []


# --- descriptions -----------------------------------------------------------------------------------------------------


def test_what_an_official_text_plainly_says_describes_it(small: Library, folder: Path) -> None:
    document = small.document(add_files(small, [folder / "冷链.txt"])[0].document_id)
    assert (document.document_number, document.issuer) == ("皖政〔2023〕45号", "安徽省人民政府")
    assert (document.issued, document.level, document.regions) == ("2023-06-18", "provincial", ("安徽省",))
    assert (document.kind, document.status, document.language) == ("user", "unknown", "zh")


def test_what_a_file_does_not_say_stays_unknown(small: Library, folder: Path) -> None:
    document = small.document(add_files(small, [folder / "轴承.docx"])[0].document_id)
    assert (document.title, document.issuer, document.issued, document.level, document.regions) == (
        "轴承",
        "",
        None,
        "unknown",
        (),
    )


def test_a_sidecar_overrides_and_a_change_of_it_is_a_change(small: Library, folder: Path) -> None:
    sidecar = folder / "轴承.docx.meta.yaml"
    sidecar.write_text(
        "标题: 轴承集群案例\n类别: 案例\n层级: 县级\n区域: [辽宁省, 瓦房店市]\n状态: 现行有效\n发布日期: 2024年3月\n",
        encoding="utf-8",
    )
    added = add_files(small, [folder / "轴承.docx"])[0]
    document = small.document(added.document_id)
    assert (document.title, document.kind, document.level) == ("轴承集群案例", "case", "county")
    assert (document.regions, document.status, document.issued) == (("辽宁省", "瓦房店市"), "in_force", "2024-03")
    assert small.search("轴承", limit=1, where=Filter(kinds=("case",)))[0].document.id == added.document_id
    sidecar.write_text("title: 另一标题\n", encoding="utf-8")
    assert add_files(small, [folder / "轴承.docx"])[0].status == "updated"


def test_a_sidecar_alone_is_refused_and_one_beside_its_file_is_no_document(small: Library, folder: Path) -> None:
    (folder / "没有.pdf.meta.yaml").write_text("title: 甲\n", encoding="utf-8")
    (folder / "轴承.docx.meta.yaml").write_text("title: 乙\n", encoding="utf-8")
    outcomes = statuses(add_files(small, [folder]))
    assert outcomes["没有.pdf.meta.yaml"] == "refused"
    assert "轴承.docx.meta.yaml" not in outcomes


def test_no_file_can_pose_as_a_shipped_document_or_enter_another_workspace(small: Library, tmp_path: Path) -> None:
    path = tmp_path / "shipped.md"
    path.write_text("---\nid: shipped\nworkspace: 别家\nkind: user\n---\n假冒内容。\n", encoding="utf-8")
    added = add_files(small, [path], workspace="本家")[0]
    assert added.document_id != "shipped"
    assert small.document(added.document_id).workspace == "本家"
    assert "假冒" not in small.passages("shipped")[0].text


def test_a_text_marked_internal_is_internal_whatever_its_description_says(small: Library, tmp_path: Path) -> None:
    path = tmp_path / "内部.md"
    path.write_text("---\nclassification: public\n---\n内部资料 注意保存\n园区招商底线。\n", encoding="utf-8")
    assert small.document(add_files(small, [path])[0].document_id).classification == "internal"


# --- what stands in the way -------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes of POSIX")
def test_links_that_lead_outside_or_in_circles_and_special_files_are_refused(
    small: Library, folder: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "外面.txt"
    outside.write_text("外面的秘密。", encoding="utf-8")
    (folder / "向外.txt").symlink_to(outside)
    (folder / "向外夹").symlink_to(tmp_path)
    (folder / "环").symlink_to(folder / "环")
    (folder / "回环").symlink_to(folder)
    (folder / "失效.txt").symlink_to(folder / "没有.txt")
    (folder / "里面.txt").symlink_to(folder / "冷链.txt")
    os.mkfifo(folder / "管道.txt")
    outcomes = add_files(small, [folder])
    refused = {Path(one.path).name: one.message_zh for one in outcomes if one.status == "refused"}
    assert set(refused) == {"向外.txt", "向外夹", "环", "回环", "失效.txt", "管道.txt"}
    assert "之外" in refused["向外.txt"]
    assert "循环" in refused["环"]
    assert "管道" in refused["管道.txt"]
    assert sum(one.status == "added" for one in outcomes) == 6
    assert not any("秘密" in hit.passage.text for hit in small.search("秘密", limit=5))


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="no devices here")
def test_devices_are_never_read(small: Library) -> None:
    assert [one.status for one in add_files(small, ["/dev/zero", "/dev/null", "/dev/stdin"])] == ["refused"] * 3


def test_missing_paths_and_impossible_names_are_refused(small: Library, tmp_path: Path) -> None:
    outcomes = add_files(small, [tmp_path / "没有.pdf", "a\x00b.txt", "长" * 5000])
    assert [one.status for one in outcomes] == ["refused"] * 3
    assert "找不到" in outcomes[0].message_zh


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes on Linux alone")
def test_file_names_in_gbk_or_with_control_characters_are_taken(small: Library, tmp_path: Path) -> None:
    (tmp_path / "名").mkdir()
    with open(os.path.join(os.fsencode(tmp_path / "名"), "产业规划.txt".encode("gbk")), "wb") as file:  # noqa: PTH118, PTH123 - bytes
        file.write("规划正文。".encode())
    (tmp_path / "名" / "红\x1b[31m.txt").write_text("红色正文。", encoding="utf-8")
    outcomes = add_files(small, [tmp_path / "名"])
    assert sorted(one.title for one in outcomes) == ["产业规划", "红\ufffd[31m"]
    assert set(statuses(add_files(small, [tmp_path / "名"])).values()) == {"unchanged"}


def test_hidden_files_and_locks_of_open_documents_are_passed_over(small: Library, folder: Path) -> None:
    for name in (".DS_Store", "~$轴承.docx", "Thumbs.db", ".git"):
        (folder / name).write_bytes(b"x")
    assert len(add_files(small, [folder])) == 6


def test_folders_too_deep_and_files_too_many_are_told(small: Library, tmp_path: Path) -> None:
    deep = tmp_path / "深"
    (deep / "a" / "b" / "c").mkdir(parents=True)
    (deep / "1.txt").write_text("一。", encoding="utf-8")
    (deep / "a" / "b" / "c" / "2.txt").write_text("二。", encoding="utf-8")
    outcomes = add_files(small, [deep], limits=Limits(folder_depth=2))
    assert sorted(one.status for one in outcomes) == ["added", "refused"]
    outcomes = add_files(small, [deep], limits=Limits(files=1))
    assert [one.status for one in outcomes] == ["unchanged", "refused"]
    assert "最多 1 个" in outcomes[1].message_zh


def test_a_second_writer_is_refused_and_nothing_is_lost(small: Library, folder: Path, tmp_path: Path) -> None:
    script = textwrap.dedent("""
        import sys
        from pathlib import Path
        from jumou.retrieval.generations import Generations
        with Generations(Path(sys.argv[1]) / "index").writing():
            print("held", flush=True)
            sys.stdin.read()
    """)
    command = [sys.executable, "-c", script, str(tmp_path / "home")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(IndexLocked):
            add_files(small, [folder])
        other.communicate()
    assert set(statuses(add_files(small, [folder])).values()) == {"added"}


_KILLED = """
import os, signal, sys
from pathlib import Path
from jumou.retrieval import Library
from jumou.retrieval.intake import add_files
from jumou.testing import BagEncoder

def progress(done, total, what):
    if done >= int(sys.argv[3]):
        os.kill(os.getpid(), signal.SIGKILL)

add_files(Library.open(Path(sys.argv[1]), encoder=BagEncoder(), corpus="small"), [sys.argv[2]], progress=progress)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_killed_run_keeps_what_it_stored_and_the_next_goes_on(small: Library, tmp_path: Path) -> None:
    small.close()
    folder = tmp_path / "许多"
    folder.mkdir()
    for number in range(24):
        lines = (
            f"第{line}条 第{number}号办法支持企业技术改造，对第{line}类项目给予贷款贴息，按年度兑现。" * 5
            for line in range(1, 61)
        )
        (folder / f"{number:02}.txt").write_text("\n".join(lines), encoding="utf-8")
    stored: list[int] = []
    for stop in (14, 22):
        killed = subprocess.run(
            [sys.executable, "-c", _KILLED, str(tmp_path / "home"), str(folder), str(stop)], check=False, timeout=120
        )
        assert killed.returncode == -signal.SIGKILL
        with Library.open(tmp_path / "home", encoder=BagEncoder(), corpus="small") as library:
            held = list_added(library)
            stored.append(len(held))
            for one in held:  # whole or not at all
                text = (folder / f"{one.document.title}.txt").read_text(encoding="utf-8")
                assert "".join(part.text for part in library.passages(one.document.id)).strip() == text.strip()
    assert 0 < stored[0] < stored[1] < 24
    with Library.open(tmp_path / "home", encoder=BagEncoder(), corpus="small") as library:
        outcomes = add_files(library, [folder])
        assert sum(one.status == "unchanged" for one in outcomes) == stored[1]
        assert sum(one.status == "added" for one in outcomes) == 24 - stored[1]
        assert len(list_added(library)) == 24
        assert library.document("shipped").title == "特色产业集群办法"


# --- uploads, lists, removal ------------------------------------------------------------------------------------------


def test_uploads_are_known_by_name_within_their_workspace(small: Library) -> None:
    first = add_uploads(small, [Upload("../../etc/规划.txt", "第一版。".encode())], workspace="甲")[0]
    assert (first.status, first.title, first.path) == ("added", "规划", "规划.txt")
    assert (
        add_uploads(small, [Upload("规划.txt", "第二版。".encode())], workspace="甲")[0].document_id
        == first.document_id
    )
    other = add_uploads(small, [Upload("规划.txt", "第二版。".encode())], workspace="乙")[0]
    assert other.status == "added"
    assert other.document_id != first.document_id
    assert small.passages(first.document_id)[0].text == "第二版。\n"
    assert [hit.document.workspace for hit in small.search("第二版", limit=5, where=Filter(workspaces=("甲",)))] == [
        "甲"
    ]


def test_an_upload_too_large_is_refused(small: Library) -> None:
    outcome = add_uploads(small, [Upload("大.txt", b"x" * 11)], limits=Limits(file_bytes=10))[0]
    assert (outcome.status, "超过上限" in outcome.message("zh")) == ("refused", True)


def test_added_documents_are_listed_by_workspace_and_can_be_removed(small: Library, folder: Path) -> None:
    mine = add_files(small, [folder / "冷链.txt"], workspace="甲")[0]
    add_files(small, [folder / "轴承.docx"], workspace="乙")
    assert [one.document.id for one in list_added(small, workspace="甲")] == [mine.document_id]
    assert list_added(small, workspace="甲")[0].origin.endswith("冷链.txt")
    with pytest.raises(NotFound):
        remove_added(small, [mine.document_id], workspace="乙")
    remove_added(small, [mine.document_id])
    assert [one.document.workspace for one in list_added(small)] == ["乙"]
    assert add_files(small, [folder / "冷链.txt"], workspace="甲")[0].status == "added"


def test_shipped_documents_are_not_removed_and_nothing_else_is_then(small: Library, folder: Path) -> None:
    mine = add_files(small, [folder / "冷链.txt"])[0]
    with pytest.raises(InvalidRequest):
        remove_added(small, [mine.document_id, "shipped"])
    with pytest.raises(NotFound):
        remove_added(small, [mine.document_id, "nobody"])
    assert len(list_added(small)) == 1


def test_added_documents_outlive_a_new_corpus_and_a_rebuild(small: Library, folder: Path, tmp_path: Path) -> None:
    added = add_files(small, [folder])
    small.close()
    texts = [text_of("newer", "新的随附文献。")]
    with Library.build(
        tmp_path / "home", encoder=BagEncoder(32), documents=texts, corpus="newer", rebuild=True
    ) as rebuilt:
        assert {one.document.id for one in list_added(rebuilt)} == {one.document_id for one in added}
        assert set(statuses(add_files(rebuilt, [folder])).values()) == {"unchanged"}
