"""Answers hold what the card says, no more, on one screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.chat import Action, Button, Kind, Reply
from bot.config import Config, Purpose
from bot.knowledge.answers import MOST_BUTTONS, Renderer, few_buttons, guide_kind
from bot.knowledge.cards import short_title
from bot.knowledge.lexicon import FACETS, Lexicon
from bot.knowledge.procedures import Elsewhere, Knowledge, KnowledgeFile, assemble
from bot.knowledge.reading import Alarm, Grievance, Task

CONFIG = Config.load(Path(__file__).parents[2] / "config.yaml", date(2026, 11, 22))
FRIDAY = datetime(2026, 11, 20, 2, tzinfo=UTC)  # 09:00 in Hanoi
AFTERNOON = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)  # 15:30
CODE = "1.000001"

Build = Callable[..., Renderer]


def card(**changes: object) -> dict[str, object]:
    """A plain procedure with some fields changed."""
    return {
        "code": CODE,
        "name": "Việc A",
        "official": "Thủ tục việc A",
        "field": "work",
        "aliases": ["việc a"],
        "channels": {"direct": {"time": "5 ngày làm việc", "fee": "8.000 đồng/bản"}},
        "documents": [{"name": "Tờ khai", "original": "1", "form": "true"}],
        "confidence": "A",
        **changes,
    }


def knowledge(*cards: dict[str, object]) -> Knowledge:
    content = {
        "sources": {
            "LAW": {"title": "Luật A", "date": "2026-02"},
            "CITY": {"title": "Nghị quyết B", "date": "2025-11-27"},
        },
        "fields": {
            "work": {
                "name": "Lĩnh vực",
                "body": "UBND cấp xã",
                "level": "commune",
                "place": "Điểm phục vụ; nơi khác cũng được",
                "steps": ["Chuẩn bị", "Nộp", "Nhận"],
                "sources": ["LAW"],
                "checked": "2026-11-01",
            }
        },
        "procedures": cards,
    }
    return assemble(KnowledgeFile.model_validate(content), "test")


def renderer(*cards: dict[str, object], config: Config = CONFIG) -> Renderer:
    return Renderer(knowledge(*cards), config)


def ask(*facets: str, now: datetime = FRIDAY, case: str = "", **changes: object) -> Reply:
    return renderer(card(**changes)).answer([Task(CODE, facets, case)], now)


def labels(reply: Reply) -> list[str]:
    return [button.label for row in reply.buttons for button in row]


def actions(reply: Reply) -> list[Action]:
    return [button.action for row in reply.buttons for button in row]


def channel(fee: object = "chưa công bố", time: object = "5 ngày làm việc") -> dict[str, object]:
    return {"time": time, "fee": fee}


LOCAL: dict[str, object] = {"channels": ["online"], "fee": "miễn phí", "from": "2026-01-01", "source": "CITY"}


class TestFee:
    def test_an_amount(self) -> None:
        assert "8.000 đồng/bản" in ask("fee").text

    def test_free(self) -> None:
        assert "Miễn phí".casefold() in ask("fee", channels={"direct": channel("miễn phí")}).text.casefold()

    def test_unpublished_is_never_free_and_never_nought(self) -> None:
        for facets in (("fee",), (), ("online",), FACETS):
            text = ask(*facets, channels={"direct": channel(), "online": channel()}).text
            assert "chưa công bố" in text
            assert "miễn phí" not in text.casefold()
            assert " 0 đồng" not in text

    def test_words_stay_as_they_are(self) -> None:
        words = "2.000 đồng/trang; từ trang thứ 3: 1.000 đồng/trang"
        assert words in ask("fee", channels={"direct": channel({"words": words})}).text

    def test_channels_that_differ_are_named(self) -> None:
        text = ask(
            "fee",
            channels={
                "direct": channel("20.000 đồng"),
                "post": channel("20.000 đồng"),
                "online": channel("10.000 đồng"),
            },
        ).text
        assert "Trực tiếp, bưu chính: **20.000 đồng**" in text
        assert "Trực tuyến: **10.000 đồng**" in text

    def test_channels_that_agree_are_not(self) -> None:
        text = ask("fee", channels={"direct": channel("20.000 đồng"), "post": channel("20.000 đồng")}).text
        assert "• **20.000 đồng**" in text

    def test_cases(self) -> None:
        fee = [{"case": "đúng hạn", "fee": "miễn phí"}, {"case": "quá hạn", "fee": "5.000 đồng/việc"}]
        text = ask("fee", channels={"direct": channel(fee)}).text
        assert "úng hạn: **miễn phí**; quá hạn: **5.000 đồng/việc**" in text

    def test_only_the_case_told(self) -> None:
        fee = [{"case": "đúng hạn", "fee": "miễn phí"}, {"case": "quá hạn", "fee": "5.000 đồng/việc"}]
        text = ask("fee", case="quá hạn", cases={"quá hạn": []}, channels={"direct": channel(fee)}).text
        assert "5.000 đồng" in text
        assert "miễn phí" not in text

    def test_a_local_fee_goes_before_and_replaces(self) -> None:
        text = ask(
            "fee",
            channels={"direct": channel("8.000 đồng/bản"), "online": channel("7.000 đồng/bản")},
            local_fees=[LOCAL],
        ).text
        assert text.index("Trực tuyến: **miễn phí** (theo Nghị quyết B)") < text.index("8.000")
        assert "7.000" not in text

    @pytest.mark.parametrize(
        ("now", "valid"),
        [
            (datetime(2026, 8, 14, 16, 59, tzinfo=UTC), False),  # still the 14th in Hanoi
            (datetime(2026, 8, 14, 17, 0, tzinfo=UTC), True),
            (datetime(2027, 2, 28, 16, 59, tzinfo=UTC), True),
            (datetime(2027, 2, 28, 17, 0, tzinfo=UTC), False),
        ],
    )
    def test_a_temporary_fee_counts_by_the_date_in_hanoi(self, now: datetime, valid: bool) -> None:
        temporary = LOCAL | {"from": "2026-08-15", "until": "2027-02-28", "note": "chỉ định danh mức 2"}
        text = ask("fee", now=now, channels={"online": channel("7.000 đồng")}, local_fees=[temporary]).text
        assert ("**miễn phí** đến hết 28/02/2027 – chỉ định danh mức 2 (theo Nghị quyết B)" in text) is valid
        assert "• **7.000 đồng**" in text
        assert not valid or text.index("7.000 đồng") < text.index("miễn phí")

    def test_a_reduction_for_everybody_stands_before_the_usual_fee(self) -> None:
        half = LOCAL | {"fee": "3.500 đồng", "until": "2026-12-31"}
        text = ask("fee", channels={"online": channel("7.000 đồng")}, local_fees=[half]).text
        assert text.index("**3.500 đồng** đến hết 31/12/2026") < text.index("Mức thường – **7.000 đồng**")

    def test_what_others_pay_is_not_said_again_under_it(self) -> None:
        note = "điều kiện theo Nghị quyết C; người khác nộp mức bên dưới"
        temporary = LOCAL | {"until": "2027-02-28", "note": note}
        text = ask("fee", channels={"online": channel("7.000 đồng")}, local_fees=[temporary]).text
        assert "điều kiện theo Nghị quyết C" in text
        assert "bên dưới" not in text

    def test_an_amount_told_by_the_local_fee_is_not_repeated(self) -> None:
        words = {"words": "8.000 đồng/bản; hộ nghèo thì miễn phí"}
        local = LOCAL | {"channels": ["direct"], "fee": words, "until": "2027-02-28"}
        assert ask("fee", local_fees=[local]).text.count("8.000 đồng/bản") == 1

    @pytest.mark.parametrize("facets", [(), ("fee",)])
    def test_an_unpublished_fee_is_not_taken_for_a_benefit(self, facets: tuple[str, ...]) -> None:
        text = ask(*facets, channels={"direct": channel()}).text
        assert "Phí nộp hồ sơ" in text
        assert "Phí, lệ phí" not in text
        assert "Phí, lệ phí" in ask(*facets).text

    def test_a_local_fee_of_a_channel_that_does_not_exist_is_silent(self) -> None:
        assert "miễn phí" not in ask("fee", local_fees=[LOCAL]).text

    def test_exemptions(self) -> None:
        assert "Miễn, giảm: hộ nghèo" in ask("fee", exemptions="hộ nghèo").text


class TestDeadline:
    def test_a_date_with_its_weekday(self) -> None:
        text = ask("deadline", statutory="5 ngày làm việc").text
        assert "**5 ngày làm việc**" in text
        assert "(thứ Sáu 20/11/2026) thì chậm nhất **thứ Hai 30/11/2026**" in text
        assert "tạm tính" not in text
        assert "Theo quy định" not in text  # the same as the channel's

    def test_after_the_cutoff(self) -> None:
        text = ask("deadline", now=AFTERNOON).text
        assert "sau 15:00" in text
        assert "thứ Hai 23/11/2026" in text
        assert "thứ Ba 01/12/2026" in text

    def test_a_weekend_is_called_one(self) -> None:
        text = ask("deadline", now=datetime(2026, 11, 22, 3, tzinfo=UTC)).text
        assert "Hôm nay (Chủ nhật 22/11/2026) cơ quan **nghỉ**: hồ sơ tính từ thứ Hai 23/11/2026" in text
        assert "chậm nhất **thứ Ba 01/12/2026**" in text
        assert "sau 15:00" not in text
        assert "Nộp hôm nay" not in text

    def test_a_holiday_is_called_by_its_name(self) -> None:
        text = ask("deadline", now=datetime(2026, 11, 24, 3, tzinfo=UTC)).text
        assert "cơ quan **nghỉ** (Ngày Văn hóa Việt Nam)" in text
        assert "hồ sơ tính từ thứ Tư 25/11/2026" in text

    def test_days_that_are_not_counted_are_named(self) -> None:
        text = ask("deadline").text
        assert "thứ Ba 24/11 (Ngày Văn hóa Việt Nam), thứ Bảy, Chủ nhật." in text
        monday = datetime(2026, 11, 23, 2, tzinfo=UTC)
        three = {"direct": channel(time="3 ngày làm việc")}
        named = ask("deadline", now=monday, channels=three).text
        assert "Không tính ngày nghỉ: thứ Ba 24/11 (Ngày Văn hóa Việt Nam)." in named
        assert "chậm nhất **thứ Sáu 27/11/2026**" in named
        calendar_days = {"direct": channel(time="3 ngày")}
        assert "Không tính" not in ask("deadline", now=monday, channels=calendar_days).text

    def test_equal_times_are_told_once(self) -> None:
        times = [{"case": "đủ", "time": "trong ngày"}, {"case": "phải xác minh", "time": "5 ngày làm việc"}]
        changed: dict[str, Any] = {"channels": {"direct": channel(time=times)}, "statutory": "trong ngày"}
        assert "Theo quy định" not in ask("deadline", **changed).text
        assert "Đủ: **trong ngày**; Phải xác minh: **5 ngày làm việc**" in ask(**changed).text

    def test_statutory_and_committed_beside_each_other(self) -> None:
        text = ask("deadline", statutory="5 ngày làm việc", committed="0,5 ngày làm việc").text
        assert "Theo quy định: **5 ngày làm việc**" in text
        assert "cam kết: **0,5 ngày làm việc**" in text
        assert "**12:00 thứ Hai 23/11/2026**" in text

    def test_a_year_not_announced_is_provisional(self) -> None:
        text = ask("deadline", now=datetime(2027, 2, 2, 2, tzinfo=UTC)).text
        assert "tạm tính" in text
        assert "2027" in text

    def test_unpublished_has_no_date(self) -> None:
        text = ask("deadline", channels={"direct": channel(time="chưa công bố")}).text
        assert "chưa công bố" in text
        assert "chậm nhất" not in text

    def test_unpublished_in_the_channel_but_known_by_law(self) -> None:
        text = ask(
            "deadline", channels={"direct": channel(time="chưa công bố")}, statutory="3 ngày làm việc"
        ).text
        assert "Theo quy định: **3 ngày làm việc**" in text
        assert "thứ Năm 26/11/2026" in text

    def test_each_case_has_its_date(self) -> None:
        times = [
            {"case": "thường", "time": "3 ngày làm việc"},
            {"case": "phải xác minh", "time": "5 ngày làm việc"},
        ]
        text = ask("deadline", channels={"direct": channel(time=times)}).text
        assert "Thường: **3 ngày làm việc** (nộp hôm nay: chậm nhất thứ Năm 26/11/2026)" in text
        assert "chậm nhất thứ Hai 30/11/2026" in text

    def test_same_day(self) -> None:
        text = ask("deadline", channels={"direct": channel(time="trong ngày")}).text
        assert "chậm nhất **thứ Sáu 20/11/2026**" in text
        assert "sau 15:00" in text

    def test_the_field_s_own_cutoff(self) -> None:
        text = ask(
            "deadline", now=AFTERNOON, cutoff="16:30", channels={"direct": channel(time="trong ngày")}
        ).text
        assert "chậm nhất **thứ Sáu 20/11/2026**" in text


def papers(case: str, count: int) -> list[dict[str, object]]:
    return [{"name": f"Giấy {case} số {i}", "copy": "1", "case": case} for i in range(count)]


COMMON: dict[str, object] = {"name": "Tờ khai", "original": "1", "form": "true"}


class TestDocuments:
    def test_originals_copies_and_what_is_only_shown(self) -> None:
        text = ask(
            "documents",
            documents=[
                {"name": "Giấy A", "original": "1", "copy": "2"},
                {"name": "Giấy B", "show": "true"},
                {"name": "Giấy C", "original": "1", "channels": ["post"]},
            ],
        ).text
        assert "Giấy A – 1 bản chính, 2 bản sao" in text
        assert "Giấy B – xuất trình, không nộp" in text
        assert "Giấy C – 1 bản chính (bưu chính)" in text

    def test_few_papers_of_cases_are_grouped(self) -> None:
        reply = ask("documents", cases={"ở nhà": [], "ở viện": []}, documents=[*papers("ở nhà", 1), COMMON])
        assert "Trường hợp **ở nhà**: Giấy ở nhà số 0 – 1 bản sao" in reply.text
        assert reply.text.index("Tờ khai") < reply.text.index("ở nhà")
        assert not [one for one in actions(reply) if one.verb == "case"]

    def test_many_papers_of_cases_ask_which(self) -> None:
        reply = ask(
            "documents",
            cases={"không giấy": [], "ở nhà": [], "ở viện": []},
            documents=[COMMON, *papers("ở nhà", 3), *papers("ở viện", 2)],
        )
        assert "Tờ khai" in reply.text
        assert "Giấy ở nhà" not in reply.text
        assert [one for one in actions(reply) if one.verb == "case"] == [
            Action("case", f"{CODE}:1"),
            Action("case", f"{CODE}:2"),
        ]

    def test_the_case_told(self) -> None:
        made = renderer(
            card(
                cases={"ở nhà": [], "ở viện": []},
                documents=[COMMON, *papers("ở nhà", 3), *papers("ở viện", 2)],
            )
        )
        assert made.case_name(CODE, 1) == "ở viện"
        assert made.case_name(CODE, 2) is None
        assert made.case_name("9.999999", 0) is None
        text = made.answer([Task(CODE, ("documents",), "ở viện")], FRIDAY).text
        assert "Tờ khai" in text
        assert "Giấy ở viện số 1" in text
        assert "Giấy ở nhà" not in text

    def test_a_long_list_is_cut_and_shown_whole_on_demand(self) -> None:
        many = [{"name": f"Giấy tờ số {i} " + "rất dài " * 12, "original": "1"} for i in range(15)]
        made = renderer(card(documents=many))
        reply = made.answer([Task(CODE, ("documents",))], FRIDAY)
        assert "còn " in reply.text
        assert Action("all", f"{CODE}:documents") in actions(reply)
        whole = made.full(CODE, "documents", FRIDAY).text
        assert all(f"Giấy tờ số {i} " in whole for i in range(15))


class TestLayout:
    def test_facets_in_the_order_asked(self) -> None:
        text = ask("deadline", "fee").text
        assert text.index("**Thời hạn**") < text.index("**Phí, lệ phí**")
        assert "Giấy tờ cần nộp" not in text

    def test_one_short_source_with_its_day_of_checking(self) -> None:
        assert "Nguồn: Luật A. Kiểm tra ngày 01/11/2026. Mã 1.000001." in ask("fee").text
        assert "Luật A (02/2026)" in ask("legal_basis", sources=["LAW", "CITY"], legal_basis=["Luật A"]).text
        assert (
            "Nghị quyết B (27/11/2025)"
            in renderer(card(sources=["LAW", "CITY"])).full(CODE, "documents", FRIDAY).text
        )

    @pytest.mark.parametrize(
        ("title", "short"),
        [
            ("Luật Cư trú 68/2020/QH14 (sửa bởi Luật 118/2025/QH15), trích", "Luật Cư trú 68/2020/QH14"),
            (
                "Luật Hôn nhân và gia đình 52/2014/QH13, điều 8, bản hợp nhất",
                "Luật Hôn nhân và gia đình 52/2014/QH13",
            ),
            ("Hiểu biết chung, chưa có văn bản đối chiếu", "Hiểu biết chung, chưa có văn bản đối chiếu"),
            ("Cổng Dịch vụ công quốc gia, trang thủ tục mới 3.000722", "Cổng Dịch vụ công quốc gia"),
        ],
    )
    def test_a_source_in_short(self, title: str, short: str) -> None:
        assert short_title(title) == short

    def test_the_next_step_stands_under_the_papers_alone(self) -> None:
        assert ask("documents").text.count("Tiếp theo:") == 1
        assert all("Tiếp theo:" not in ask(*facets).text for facets in ((), ("fee",), ("deadline",)))

    def test_of_a_note_only_what_bears_on_the_question(self) -> None:
        note = "Nộp sau 15 giờ thì trả hôm sau; bản sao thêm: 8.000 đồng/bản; mang theo bút."
        fee, deadline, documents = (ask(one, note=note).text for one in ("fee", "deadline", "documents"))
        assert "Lưu ý: Bản sao thêm: 8.000 đồng/bản.\n" in fee
        assert "Lưu ý" not in deadline  # the hour is told as the office has it
        assert "Lưu ý: Mang theo bút.\n" in documents
        assert "đã đổi, hãy hỏi lại" in ask("place", note="Quy định đã đổi, hãy hỏi lại.").text
        assert note in ask(note=note).text

    def test_overview(self) -> None:
        text = ask().text
        assert all(word in text for word in ("Tờ khai", "8.000 đồng/bản", "5 ngày làm việc", "Điểm phục vụ"))

    def test_an_overview_tells_the_usual_fee_beside_a_conditional_one(self) -> None:
        temporary = LOCAL | {
            "until": "2027-02-28",
            "note": "chỉ người có định danh mức 2, " + "điều kiện " * 12,
        }
        text = ask(channels={"online": channel("7.000 đồng")}, local_fees=[temporary], note="dài " * 99).text
        assert text.index("7.000 đồng") < text.index("Miễn phí")
        assert "chỉ người có định danh mức 2" in text

    def test_buttons_only_for_what_is_there_and_not_just_answered(self) -> None:
        assert labels(ask("fee")) == ["Hồ sơ", "Thời hạn", "Nơi nộp", "Các bước", "Mẫu đơn", "Phản ánh"]
        assert labels(ask("steps", documents=[])) == ["Phí", "Thời hạn", "Nơi nộp", "Phản ánh"]

    def test_doubtful_cards_say_so_with_a_contact(self) -> None:
        text = ask("fee", status="stale_suspected").text
        assert "có thể đã thay đổi" in text
        assert "1900 1009" in text
        assert "chưa kiểm chứng" in ask("fee", confidence="C").text
        assert "⚠" not in ask("fee").text

    def test_abolished_names_the_successor(self) -> None:
        made = renderer(
            card(status="abolished", successor="1.000002"),
            card(code="1.000002", name="Việc B", aliases=["việc b"]),
        )
        reply = made.answer([Task(CODE, ("fee",))], FRIDAY)
        assert "đã bãi bỏ" in reply.text
        assert "Việc B" in reply.text
        assert "8.000" not in reply.text
        assert actions(reply) == [Action("show", "1.000002"), Action("facet", "1.000002:fee")]

    def test_what_a_card_does_not_say_is_said_to_be_unknown(self) -> None:
        text = ask("conditions", "result", "legal_basis").text
        assert text.count("chưa có thông tin") == 3
        assert "Chưa thấy công bố nộp trực tuyến" in ask("online").text

    def test_several_procedures(self) -> None:
        made = renderer(card(), card(code="1.000002", name="Việc B", aliases=["việc b"]))
        reply = made.answer([Task(CODE, ("fee",)), Task("1.000002", ("deadline",)), Task("gone")], FRIDAY)
        assert reply.text.index("Việc A") < reply.text.index("Việc B")
        assert actions(reply) == [Action("show", CODE), Action("show", "1.000002")]

    def test_fees_of_several_procedures_take_a_line_each(self) -> None:
        codes = [f"1.00000{i}" for i in range(1, 10)]
        made = renderer(
            *(card(code=code, name=f"Việc số {code[-1]}", aliases=[f"việc {code[-1]}"]) for code in codes)
        )
        reply = made.answer([Task(code, ("fee",)) for code in codes], FRIDAY)
        assert "• **Việc số 1:** **8.000 đồng/bản**\n• **Việc số 2:** **8.000 đồng/bản**" in reply.text
        assert reply.text.count("Nguồn: Luật A. Kiểm tra ngày 01/11/2026.") == 1
        assert "Chưa trả lời ở đây: Việc số 9." in reply.text
        assert len(actions(reply)) == MOST_BUTTONS
        assert actions(reply)[-1] == Action("show", codes[-1])

    def test_a_fee_in_a_line_names_the_source_of_its_local_part(self) -> None:
        made = renderer(
            card(channels={"online": channel("7.000 đồng")}, local_fees=[LOCAL]),
            card(code="1.000002", name="Việc B", aliases=["việc b"]),
        )
        text = made.answer([Task(CODE, ("fee",)), Task("1.000002", ("fee", "deadline"))], FRIDAY).text
        assert "Nguồn: Luật A; Nghị quyết B." in text
        assert "**Việc B:** Phí: **8.000 đồng/bản**. Thời hạn: **5 ngày làm việc**" in text

    def test_at_most_eight_buttons_and_none_twice(self) -> None:
        others = tuple((Button(f"Việc {i}", Action("show", f"2.00000{i}")),) for i in range(3))
        rows = few_buttons((*others, *ask(online="https://a.vn", channels={"online": channel()}).buttons))
        verbs = [button.action.verb for row in rows for button in row]
        assert len(verbs) == MOST_BUTTONS
        assert verbs[:4] == ["show", "show", "show", "facet"]
        assert verbs[-1] == "complaint"
        long = ask(
            "documents", documents=[{"name": f"Giấy {i} " + "dài " * 30, "original": "1"} for i in range(15)]
        )
        assert "Hồ sơ" not in labels(long)

    def test_a_procedure_that_is_gone(self) -> None:
        made = renderer(card())
        gone = made.procedure_gone()
        assert made.answer([Task("gone")], FRIDAY) == gone
        assert made.full("gone", "fee", FRIDAY) == gone
        assert made.full(CODE, "nonsense", FRIDAY) == gone

    def test_our_address_and_hours_only_for_our_own_desk(self) -> None:
        assert "chưa xác nhận" in ask("place").text
        assert "08:00" not in ask("place", body="Công an cấp xã", place="Công an phường").text
        assert "08:00" not in ask("place", level="province").text


LONG = "chữ rất dài " * 14
HEAVY: dict[str, Any] = {
    "name": "Việc có tên rất dài và nhiều chữ để kiểm tra độ dài của một màn hình",
    "channels": {
        name: channel([{"case": f"{LONG}{i}{name}", "fee": "8.000 đồng/bản"} for i in range(5)])
        for name in ("direct", "post", "online")
    },
    "documents": [{"name": f"{LONG}{i}", "original": "1"} for i in range(30)],
    "steps": [LONG] * 20,
    "conditions": [LONG] * 20,
    "legal_basis": [LONG] * 20,
    "forms": [{"name": LONG}] * 9,
    "exemptions": LONG,
    "result": LONG,
    "note": LONG,
    "place": LONG,
    "body": LONG,
    "online": "https://dichvucong.gov.vn",
    "confidence": "C",
}


@pytest.mark.parametrize("facets", [(), *((facet,) for facet in FACETS), FACETS, FACETS[:3]])
def test_one_screen_whatever_the_card(facets: tuple[str, ...]) -> None:
    reply = ask(*facets, **HEAVY)
    assert len(reply.text) <= 1500
    assert reply.text.count("**") % 2 == 0
    assert "Kiểm tra ngày" in reply.text


def test_a_usual_card_is_short() -> None:
    assert all(len(ask(facet).text) <= 400 for facet in FACETS)
    assert len(ask().text) <= 600


def test_an_overview_leaves_explanations_out_before_it_grows() -> None:
    papers = [{"name": f"Giấy {i} ({'giải thích ' * 12})", "original": "1"} for i in range(3)]
    text = ask(documents=papers, note="dài " * 60).text
    assert len(text) <= 600
    assert "Giấy 0; Giấy 1; Giấy 2" in text
    assert "8.000 đồng/bản" in text


def test_every_action_fits_a_button() -> None:
    made = renderer(card(**HEAVY))
    replies = [
        made.answer([Task(CODE, FACETS)], FRIDAY),
        made.report(CODE, FRIDAY),
        made.clarify([CODE, CODE]),
    ]
    assert all(action.encode() for reply in replies for action in actions(reply))


class TestRefusals:
    def test_a_numbered_choice(self) -> None:
        made = renderer(card(), card(code="1.000002", name="Việc B", aliases=["việc b"]))
        reply = made.clarify([CODE, "1.000002", "gone", CODE], "Giấy tờ")
        assert "1. Việc A\n2. Việc B" in reply.text
        assert "Giấy tờ" in reply.text
        assert [one.argument for one in actions(reply)] == [CODE, "1.000002"]
        assert made.clarify(["gone"]) == made.procedure_gone()

    def test_elsewhere(self) -> None:
        entry = Elsewhere(
            name="Ly hôn", aliases=("ly hôn",), where="Tòa án.", sources=("LAW",), confidence="C"
        )
        reply = renderer(card()).no_answer(entry, [CODE, "gone"])
        assert "Tòa án." in reply.text
        assert "Luật A" in reply.text
        assert "⚠" in reply.text
        assert [one.argument for one in actions(reply)] == [CODE]

    def test_unknown_names_people_to_ask(self) -> None:
        text = renderer(card()).no_answer().text
        assert "1900 1009" in text
        assert "không kèm tên" in text

    def test_off_topic_and_office_matters(self) -> None:
        made = renderer(card())
        off = made.no_answer(
            Elsewhere(name="Thời tiết", aliases=("x",), where="Xem báo.", offtopic=True), [CODE]
        )
        assert not off.buttons
        hours = made.no_answer(Elsewhere(name="Giờ", aliases=("x",), where="Xem bảng.", office="hours")).text
        assert "08:00–12:00" in hours
        assert "chưa xác nhận" in hours
        dossier = made.no_answer(
            Elsewhere(name="Tra cứu", aliases=("x",), where="Vào cổng.", office="dossier")
        ).text
        assert "không làm ở" not in dossier

    @pytest.mark.parametrize("purpose", ["harassment", "complaint", "street", "land"])
    def test_a_complaint_gets_the_hotline_of_its_kind_first_with_its_day(self, purpose: Purpose) -> None:
        text = renderer(card()).complaint(Grievance(purpose), None, (), FRIDAY).text
        first = CONFIG.contacts_for(purpose)[0]
        assert "chưa được ghi" in text
        assert f"kiểm tra {first.checked:%d/%m/%Y}" in text.split(first.value)[1]
        assert min(
            (text.find(one.value) for one in CONFIG.contacts if one.value in text), default=-1
        ) == text.find(first.value)
        assert "8.000" not in text

    def test_kinds_of_complaint_are_purposes_of_contacts(self) -> None:
        assert set(Lexicon.load().grievances) <= set(get_args(Purpose))

    def test_hotlines_given_before_take_two_lines(self) -> None:
        text = renderer(card()).complaint(Grievance("street"), None, ("street",), FRIDAY).text
        assert text.startswith("Như đã nói")
        assert text.count("\n") == 1
        other = renderer(card()).complaint(Grievance("street"), None, ("harassment",), FRIDAY).text
        assert "Như đã nói" not in other
        assert "iHanoi" in other

    def test_nothing_was_recorded_and_there_is_no_code(self) -> None:
        text = renderer(card()).complaint(Grievance(record=True), None, ("street",), FRIDAY).text
        assert "chưa có mã" in text
        assert "iHanoi" in text

    def test_the_lawful_fee_comes_first_and_is_the_cards(self) -> None:
        made, task = renderer(card()), Task(CODE, ("fee",))
        first = made.complaint(Grievance("harassment"), task, (), FRIDAY).text.splitlines()[0]
        assert "8.000 đồng/bản" in first
        reply = made.report(CODE, FRIDAY).text
        assert "8.000 đồng/bản" in reply
        assert "5 ngày làm việc" in reply

    @pytest.mark.parametrize(("days", "late"), [(0, False), (5, False), (8, False), (20, True)])
    def test_late_is_said_only_where_it_is_certain(self, days: int, late: bool) -> None:
        task = Task(CODE, ("deadline",))
        text = renderer(card()).complaint(Grievance(waited=days), task, (), FRIDAY).text
        assert "5 ngày làm việc" in text.splitlines()[0]
        assert ("đã quá hạn" in text) == late

    def test_guides(self) -> None:
        made = renderer(card())
        appeal, denunciation, both = (
            made.legal_guide(kind).text for kind in ("appeal", "denunciation", "both")
        )
        assert f"{CONFIG.guides.appeal.limit_days} ngày" in appeal
        assert "có chữ ký" in appeal
        assert "không phải là đơn khiếu nại" in appeal
        assert "giữ bí mật" in denunciation
        assert "Khiếu nại" not in denunciation.split("Nguồn")[0]
        assert "đơn khiếu nại" in both
        assert "đơn tố cáo" in both

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("toi muon khieu nai quyet dinh", "appeal"),
            ("Tố cáo cán bộ", "denunciation"),
            ("khiếu nại hay tố cáo", "both"),
            ("làm đơn thế nào", "both"),
        ],
    )
    def test_kind_of_guide(self, text: str, kind: str) -> None:
        assert guide_kind(text) == kind

    def test_emergency_numbers_come_first(self) -> None:
        text = renderer(card()).emergency().text
        assert all(text.index(number) < 90 for number in ("113", "114", "115"))

    @pytest.mark.parametrize(
        ("alarms", "numbers"),
        [
            (("fire",), {"114"}),
            (("medical",), {"115"}),
            (("police",), {"113"}),
            (("accident",), {"113", "115"}),
            (("despair",), {"115"}),
        ],
    )
    def test_an_emergency_names_who_can_help(self, alarms: tuple[Alarm, ...], numbers: set[str]) -> None:
        text = renderer(card()).emergency(alarms).text
        assert {number for number in ("113", "114", "115") if number in text} == numbers

    def test_an_office_that_does_not_tell_its_numbers_apart_gives_all(self) -> None:
        contacts = [
            one.model_copy(update={"purposes": ("emergency",)}) for one in CONFIG.contacts_for("emergency")
        ]
        text = (
            renderer(card(), config=CONFIG.model_copy(update={"contacts": tuple(contacts)}))
            .emergency(("fire",))
            .text
        )
        assert all(number in text for number in ("113", "114", "115"))


class TestTalk:
    @pytest.mark.parametrize(
        ("said", "answered"),
        [("cam on nhieu", "Không có gì"), ("chào ad", "Anh/chị cần hỏi"), ("bạn là ai", "không phải cán bộ")],
    )
    def test_small_talk(self, said: str, answered: str) -> None:
        assert answered in renderer(card()).small_talk(said).text

    def test_nobody_is_left_without_words(self) -> None:
        made = renderer(card())
        kinds: tuple[Kind, ...] = ("photo", "voice", "sticker", "file", "location", "other")
        replies = [made.not_text(kind) for kind in kinds]
        replies += [
            made.edited(),
            made.group(),
            made.identity_number(),
            made.expired(),
            made.help(),
            made.privacy(),
        ]
        replies += [made.small_talk("hả"), made.small_talk("bye")]
        assert all(reply.text for reply in replies)

    def test_welcome_says_that_it_is_a_machine_of_which_office_and_what_it_keeps(self) -> None:
        text = renderer(card()).welcome().text
        assert "trợ lý tự động" in text
        assert CONFIG.office.name in text
        assert "không giữ ai hỏi" in text

    def test_whoever_fears_to_be_known_is_told_what_is_kept_and_where_to_report(self) -> None:
        text = renderer(card()).about_assistant("privacy").text
        assert "xóa" in text
        assert all(one.value in text for one in CONFIG.contacts_for("harassment")[:1])

    def test_privacy_says_the_configured_days(self) -> None:
        assert f"{CONFIG.retention.done_days} ngày" in renderer(card()).privacy().text
