"""Downloads: by whoever may read the case, saved and never run, logged."""

from __future__ import annotations

import io
from urllib.parse import unquote

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import Form
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from pytest_django import Settings

from nancheng.foundation.files import actions, forms, store
from nancheng.foundation.files.models import Attachment, Download
from nancheng.foundation.files.tests import making
from nancheng.foundation.files.tests.making import AT
from nancheng.foundation.people.models import Person
from nancheng.foundation.people.rules import Actor

pytestmark = pytest.mark.django_db

HERE = "nancheng.foundation.files.tests.test_views"


def readers_of_even_cases(actor: Actor | None, case_id: int) -> bool:
    return actor is not None and actor.name == "演示人员" and case_id % 2 == 0


def nobody(actor: Actor | None, case_id: int) -> bool:
    return False


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(
        Person.objects.get(pk=actor.person_id),
        backend="nancheng.foundation.people.backends.PasswordBackend",
    )
    return client


def kept(by: Actor, content: bytes = making.PDF, name: str = "合同 %.pdf") -> Attachment:
    return actions.keep(io.BytesIO(content), name=name, by=by, at=AT)


def download(actor: Actor, attachment: Attachment) -> HttpResponse:
    return signed_in(actor).get(reverse("files:download", args=(attachment.pk,)))  # type: ignore[return-value]


def body(answer: HttpResponse) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_a_draft_is_read_by_its_uploader_alone() -> None:
    by, other = making.an_actor("clerk"), making.an_actor("other")
    draft = kept(by)
    assert body(download(by, draft)) == making.PDF
    assert download(other, draft).status_code == 404
    address = reverse("files:download", args=(draft.pk,))
    assert Client().get(address).status_code == 302
    assert signed_in(by).get(reverse("files:download", args=(10**12,))).status_code == 404
    assert signed_in(by).post(address).status_code == 405


def test_an_attachment_of_a_case_is_read_by_whoever_may_read_the_case(
    settings: Settings,
) -> None:
    settings.FILE_READERS = (f"{HERE}.nobody", f"{HERE}.readers_of_even_cases")
    by, other = making.an_actor("clerk"), making.an_actor("other")
    cases = [making.a_case(by, f"YS-2020-00000{number}") for number in (1, 2)]
    for case_id in cases:
        mine = kept(by)
        actions.attach([mine.pk], case_id=case_id, by=by, at=AT)
        expected = 200 if case_id % 2 == 0 else 404
        # Who brought it has no more right than any other reader of the case.
        for actor in (by, other):
            answer = download(actor, mine)
            assert answer.status_code == expected
            assert expected == 404 or body(answer) == making.PDF
    settings.FILE_READERS = ()
    assert download(by, mine).status_code == 404


def test_a_download_is_saved_and_never_run_and_leaves_a_line() -> None:
    by = making.an_actor("clerk")
    draft = kept(by, making.CSV, '甲\u202e\r\n乙".csv')
    answer = download(by, draft)
    assert body(answer) == making.CSV
    disposition = answer["Content-Disposition"]
    assert disposition.startswith("attachment")
    assert unquote(disposition.rpartition("''")[2]) == "甲 乙_.csv"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    line = Download.objects.get()
    assert (line.attachment_id, line.identity_id, line.by_label) == (
        draft.pk,
        by.identity_id,
        by.label,
    )
    assert line.address == "127.0.0.1"


def test_a_lost_content_is_said_and_not_logged_as_read() -> None:
    by = making.an_actor("clerk")
    draft = kept(by)
    store.path(draft.sha256).unlink()
    answer = download(by, draft)
    assert answer.status_code == 409
    assert "附件内容已丢失" in answer.content.decode()
    assert not Download.objects.exists()


def test_a_draft_is_taken_away_by_its_uploader() -> None:
    by, other = making.an_actor("clerk"), making.an_actor("other")
    draft = kept(by)
    address = reverse("files:remove", args=(draft.pk,))
    assert signed_in(other).post(address).status_code == 409
    assert signed_in(by).get(address).status_code == 405
    assert signed_in(by).post(address).status_code == 204
    assert not Attachment.objects.exists()


def test_the_upload_field_names_each_fault_and_keeps_the_good_ones(
    settings: Settings,
) -> None:
    settings.FILE_SIZE_MAX = 1000
    uploads = [
        SimpleUploadedFile("合同.pdf", making.PDF),
        SimpleUploadedFile("病毒.pdf", b"MZ\x90\x00"),
        SimpleUploadedFile("大.txt", b"x" * 1001),
    ]
    field = forms.UploadsField()
    with pytest.raises(ValidationError) as caught:
        field.clean(uploads)
    assert [fault.code for fault in caught.value.error_list] == ["files.kind", "files.too-large"]
    assert "病毒.pdf" in caught.value.messages[0]
    assert [each.name for each in field.good] == ["合同.pdf"]
    assert field.clean(uploads[:1]) == uploads[:1]


def test_the_upload_field_counts_and_knows_pictures() -> None:
    field = forms.UploadsField(most=1, pictures=True, required=False)
    pictures = [SimpleUploadedFile("a.png", making.png()) for _ in range(2)]
    with pytest.raises(ValidationError, match="一次最多上传 1 个文件"):
        field.clean(pictures)
    with pytest.raises(ValidationError, match="现场照片应为"):
        field.clean([SimpleUploadedFile("a.pdf", making.PDF)])
    assert field.clean([]) == []
    assert field.clean(pictures[0]) == pictures[:1]
    with pytest.raises(ValidationError):
        forms.UploadsField().clean([])


def test_the_upload_field_reads_a_whole_submission() -> None:
    class Papers(Form):
        papers = forms.UploadsField()

    sent = [SimpleUploadedFile("a.png", making.png()), SimpleUploadedFile("b.pdf", making.PDF)]
    form = Papers({}, MultiValueDict({"papers": [*sent]}))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["papers"] == sent
