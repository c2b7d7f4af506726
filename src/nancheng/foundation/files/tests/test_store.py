"""Contents on disk: whole or not there, shared, and never lost to the sweeper."""

from __future__ import annotations

import errno
import hashlib
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nancheng.foundation.files import store
from nancheng.kernel.refusal import Refused

CONTENT = b"demo" * 1000


def files() -> list[Path]:
    return sorted(each for each in store.folder().rglob("*") if each.is_file())


def test_a_content_lies_under_its_hash_and_is_read_only() -> None:
    kept = store.keep(io.BytesIO(CONTENT), most=10_000)
    assert kept == store.Kept(hashlib.sha256(CONTENT).hexdigest(), 4000)
    (file,) = files()
    assert file == store.folder() / kept.sha256[:2] / kept.sha256[2:4] / kept.sha256
    assert file.stat().st_mode & 0o777 == 0o440
    with store.opened(kept.sha256) as stream:
        assert stream.read() == CONTENT


def test_equal_contents_are_stored_once_and_made_young_again() -> None:
    store.keep(io.BytesIO(CONTENT), most=10_000)
    (file,) = files()
    os.utime(file, (0, 0))
    store.keep(io.BytesIO(CONTENT), most=10_000)
    assert files() == [file]
    assert file.stat().st_mtime > 0


def test_the_limit_is_exact_and_leaves_nothing_behind() -> None:
    store.keep(io.BytesIO(b"x" * 10), most=10)
    before = files()
    with pytest.raises(Refused, match=r"files\.too-large"):
        store.keep(io.BytesIO(b"y" * 11), most=10)
    assert files() == before


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EDQUOT])
@pytest.mark.parametrize("step", ["fsync", "mkdir"])
def test_a_full_or_read_only_disk_refuses_and_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch, number: int, step: str
) -> None:
    def full(*_args: object, **_kwargs: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(os, step, full)
        with pytest.raises(Refused, match=r"files\.no-room"):
            store.keep(io.BytesIO(CONTENT), most=10_000)
    assert files() == []
    assert store.keep(io.BytesIO(CONTENT), most=10_000).size == 4000


def test_another_fault_is_not_called_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise OSError(errno.EIO, "I/O error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="I/O error"):
        store.keep(io.BytesIO(CONTENT), most=10_000)


def test_a_content_that_changed_is_noticed() -> None:
    kept = store.keep(io.BytesIO(CONTENT), most=10_000)
    assert store.is_whole(kept.sha256)
    store.path(kept.sha256).chmod(0o640)
    store.path(kept.sha256).write_bytes(CONTENT[:-1] + b"X")
    assert not store.is_whole(kept.sha256)
    store.path(kept.sha256).unlink()
    assert not store.is_whole(kept.sha256)


@given(st.binary(min_size=1, max_size=300))
def test_what_is_kept_is_what_is_read(content: bytes) -> None:
    kept = store.keep(io.BytesIO(content), most=1000)
    with store.opened(kept.sha256) as stream:
        assert stream.read() == content
    assert store.is_whole(kept.sha256)


@pytest.mark.parametrize("name", ["../" * 20 + "etc/passwd", "A" * 64, "/" * 64, "ab", "." * 64])
def test_a_name_that_is_no_hash_reaches_no_file(name: str) -> None:
    with pytest.raises(AssertionError):
        store.opened(name)


def test_a_link_in_the_place_of_a_content_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    kept = store.keep(io.BytesIO(CONTENT), most=10_000)
    place = store.path(kept.sha256)
    place.unlink()
    place.symlink_to(secret)
    with pytest.raises(FileNotFoundError):
        store.opened(kept.sha256)
    assert not store.is_whole(kept.sha256)
    assert store.keep(io.BytesIO(CONTENT), most=10_000) == kept
    assert not place.is_symlink()
    assert secret.read_text() == "secret"


def test_a_content_half_written_or_changed_is_put_right_by_the_next_that_brings_it() -> None:
    kept = store.keep(io.BytesIO(CONTENT), most=10_000)
    place = store.path(kept.sha256)
    for damage in (CONTENT[:7], CONTENT[:-1] + b"X", b""):
        place.chmod(0o640)
        place.write_bytes(damage)
        store.keep(io.BytesIO(CONTENT), most=10_000)
        assert store.is_whole(kept.sha256)
        assert place.stat().st_mode & 0o777 == 0o440
    assert len(files()) == 1
