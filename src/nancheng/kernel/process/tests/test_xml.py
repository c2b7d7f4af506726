"""Drawings in the encodings that tools write, and the tricks played with files of strangers."""

from __future__ import annotations

import resource

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nancheng.kernel import xmltext
from nancheng.kernel.process import bpmn, bpmn_write
from nancheng.kernel.process.bpmn_write import Change
from nancheng.kernel.process.tests.test_bpmn_write import PAYMENT, canonical
from nancheng.kernel.refusal import Refused

TEXT = PAYMENT.decode()
BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
OPEN = f'<definitions xmlns="{BPMN}">'
# What the file declares, how it is written, and the mark before it.
ENCODINGS = {
    "utf-8 marked": ("UTF-8", "utf-8", b"\xef\xbb\xbf"),
    "utf-8 plain": ("utf-8", "utf-8", b""),
    "utf-16 little": ("UTF-16", "utf-16-le", b"\xff\xfe"),
    "utf-16 big": ("utf-16", "utf-16-be", b"\xfe\xff"),
    "utf-16 little, no mark": ("UTF-16LE", "utf-16-le", b""),
    "utf-16 big, no mark": ("UTF-16", "utf-16-be", b""),
    "gbk": ("GBK", "gbk", b""),
    "gb2312": ("gb2312", "gbk", b""),
    "gb18030": ("GB18030", "gb18030", b""),
}


def written(name: str, text: str = TEXT) -> bytes:
    """Return a text as a file of an encoding."""
    declared, codec, mark = ENCODINGS[name]
    assert 'encoding="UTF-8"' in text
    return mark + text.replace('encoding="UTF-8"', f'encoding="{declared}"').encode(codec)


def cpu_seconds() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


def refused(data: bytes) -> str:
    """Return why a file is not read; that takes no time worth counting, whatever it is."""
    began = cpu_seconds()
    with pytest.raises(Refused, match=r"process\.unreadable") as caught:
        bpmn.read(data)
    assert cpu_seconds() - began < 5
    return caught.value.code.removeprefix("process.unreadable-")


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_drawing_reads_the_same_in_every_encoding(name: str) -> None:
    assert bpmn.read(written(name)) == bpmn.read(PAYMENT)


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_change_is_written_in_the_file_s_own_encoding_and_nothing_else_moves(name: str) -> None:
    file = written(name)
    assert bpmn_write.rewrite(file) == file
    changed = bpmn_write.rewrite(file, [Change("apply", "name", "提交")])
    assert changed == written(name, TEXT.replace('name="填报"', 'name="提交"'))
    # A letter that the encoding lacks is written as a number, which every tool reads as the letter.
    odd = bpmn_write.rewrite(file, [Change("apply", "name", "提交𠮷😀<&")])
    assert bpmn.read(odd).nodes["apply"].name == "提交𠮷😀<&"
    if "gb2312" in name:
        assert "提交&#134071;&#128512;&lt;&amp;".encode("gb2312") in odd
    assert bpmn_write.rewrite(odd, [Change("apply", "name", "填报")]) == file


def test_what_a_file_declared_smaller_holds_besides_stays_as_it_is() -> None:
    """Tools write 镕 (GBK) into files declared GB 2312: it is read, and stays as those bytes."""
    text = TEXT.replace('name="填报"', 'name="朱镕"')
    file = written("gb2312", text)
    assert bpmn.read(file).nodes["apply"].name == "朱镕"
    changed = bpmn_write.rewrite(file, [Change("apply", "nc:limit", "9wd")])
    assert "朱镕".encode("gbk") in changed
    assert bpmn.read(changed).nodes["apply"].extra["limit"] == "9wd"


def test_every_pair_of_bytes_of_gbk_comes_back_as_it_was() -> None:
    pairs = [bytes((a, b)) for a in range(0x81, 0xFF) for b in range(0x40, 0xFF)]
    for pair in pairs:
        try:
            text = pair.decode("gbk")
        except UnicodeDecodeError:
            continue
        assert (
            xmltext.read(b'<?xml version="1.0" encoding="GBK"?>' + pair)
            .again(b'<?xml version="1.0" encoding="GBK"?>' + pair.decode("gb18030").encode())
            .endswith(pair)
        ), text


@settings(max_examples=60)
@given(st.sampled_from(sorted(ENCODINGS)), st.binary(max_size=6), st.integers(0, 3_000))
def test_damage_in_any_encoding_is_read_or_refused_by_name(
    name: str, noise: bytes, at: int
) -> None:
    file = written(name)
    damaged = file[:at] + noise + file[at + len(noise) :]
    try:
        bpmn.read(damaged)
    except Refused:
        return
    assert bpmn_write.rewrite(damaged, []) == damaged


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (TEXT.encode("utf-16"), "encoding-not-as-declared"),
        (TEXT.replace("UTF-8", "utf-16").encode(), "encoding-not-as-declared"),
        (b"\xef\xbb\xbf" + TEXT.replace("UTF-8", "GBK").encode(), "encoding-not-as-declared"),
        (TEXT.encode("gbk"), "encoding-not-as-declared"),
        (TEXT.replace("UTF-8", "us-ascii").encode(), "encoding-not-as-declared"),
        (TEXT.replace("UTF-8", "utf-16").encode("utf-16")[:-1], "encoding-not-as-declared"),
        (TEXT.replace("UTF-8", "GBK").encode("gbk").replace(b"\xcc\xee", b"\xff\xff"),
         "encoding-not-as-declared"),
        (TEXT.replace("UTF-8", "utf-32").encode("utf-32"), "encoding-unknown"),
        (TEXT.replace("UTF-8", "Big5").encode(), "encoding-unknown"),
        (TEXT.replace("UTF-8", "cp037").encode(), "encoding-unknown"),
        (b"\x4c\xa7\x94\x93" * 9, "encoding-not-as-declared"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_what_it_declares_is_never_guessed_at(data: bytes, reason: str) -> None:
    assert refused(data) == reason


# --- tricks ---------------------------------------------------------------------------------------


LAUGHS = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10)
)  # fmt: skip
DOCTYPES = {
    "internal": '<!DOCTYPE d [<!ENTITY x "y">]>',
    "external": '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "over the network": '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/d.dtd">',
    "parameter": '<!DOCTYPE d [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
    "laughs": f"<!DOCTYPE d [{LAUGHS}]>",
    "bare": "<!DOCTYPE d>",
    "attribute defaults": '<!DOCTYPE d [<!ATTLIST definitions a CDATA "b">]>',
}
BEFORE = {
    "at once": "",
    "after a comment": "<!-- <d> --><!-- - -->\n",
    "after an instruction": "<?a <d> ?>\t\r\n",
    "after a comment that looks like the end": "<!-- ?> <?x --> ",
}


@pytest.mark.parametrize("doctype", DOCTYPES)
@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("name", ["utf-8 plain", "utf-8 marked", "utf-16 little", "gbk"])
def test_a_document_type_is_refused_wherever_it_hides(doctype: str, before: str, name: str) -> None:
    head = f'<?xml version="1.0" encoding="UTF-8"?>{BEFORE[before]}{DOCTYPES[doctype]}'
    file = written(name, f'{head}{OPEN}<process id="p" name="&x;&l9;"/></definitions>')
    assert refused(file) == "declares-entities"


def test_a_document_type_that_is_only_told_of_does_no_harm() -> None:
    told = "<![CDATA[<!DOCTYPE html> <!ENTITY x 'y'>]]>"
    file = f'{OPEN}<!-- <!DOCTYPE d> --><process id="p"><documentation>{told}</documentation>'
    data = f"{file}</process></definitions>".encode()
    assert bpmn.read(data).key == "p"
    changed = bpmn_write.rewrite(data, [Change("p", "name", "n")])
    assert told.encode() in changed
    assert canonical(changed) == canonical(data.replace(b'id="p"', b'id="p" name="n"'))


def test_an_entity_that_nobody_declares_is_refused() -> None:
    for inside in ('<process id="p" name="&x;"/>', "<process>&x;</process>"):
        assert refused(f"{OPEN}{inside}</definitions>".encode()) == "not-xml"


def test_what_is_huge_deep_or_endless_is_refused_in_no_time() -> None:
    deep = OPEN + "<subProcess>" * 5_000 + "</subProcess>" * 5_000 + "</definitions>"
    assert refused(deep.encode()) == "too-deep"
    assert refused((OPEN + "<a>" * 1_000_000).encode()) == "too-deep"
    assert refused(b"<a" + b" " * 20_000_000 + b"/>") == "too-large"
    assert refused((OPEN + "x" * 19_000_000 + "</definitions>").encode("utf-16")) == "too-large"
    assert refused(b"<!--" * 900_000) == "not-xml"
    assert refused(b"<!---->" * 500_000) == "not-xml"
    assert refused(b"<?a?>" * 700_000 + b"<!DOCTYPE a>") == "declares-entities"
    assert refused(b"<" * 3_900_000) == "not-xml"
    assert refused(b"\x00" * 3_900_000) == "not-xml"


@pytest.mark.parametrize(
    "root",
    [
        "<html/>",
        "<definitions/>",
        f'<process xmlns="{BPMN}"/>',
        '<definitions xmlns="http://www.omg.org/spec/DMN/20180521/MODEL/"/>',
        '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/"/>',
    ],
)
def test_another_root_is_no_bpmn(root: str) -> None:
    for name in ENCODINGS:
        data = written(name, f'<?xml version="1.0" encoding="UTF-8"?>{root}')
        assert refused(data) == "not-bpmn"
