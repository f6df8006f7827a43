"""Every Vietnamese sentence that the bot says outside the knowledge base's own words.

The citizen is "anh/chị", the bot "Trợ lý". Sentences are short and promise nothing that a card does not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

# Labels

FACET_LABELS = {
    "documents": "Hồ sơ",
    "fee": "Phí",
    "deadline": "Thời hạn",
    "place": "Nơi nộp",
    "steps": "Các bước",
    "forms": "Mẫu đơn",
    "online": "Nộp online",
}
FACET_TITLES = {
    "documents": "Giấy tờ cần nộp",
    "fee": "Phí, lệ phí",
    "deadline": "Thời hạn",
    "place": "Nơi nộp",
    "steps": "Các bước",
    "online": "Nộp trực tuyến",
    "forms": "Mẫu đơn",
    "legal_basis": "Căn cứ pháp lý",
    "conditions": "Điều kiện",
    "result": "Kết quả nhận được",
    "agency": "Cơ quan giải quyết",
}
COMPLAINT_LABEL = "Phản ánh"
CHANNELS = {"direct": "trực tiếp", "post": "bưu chính", "online": "trực tuyến"}
LEVELS = {"commune": "cấp xã", "province": "cấp tỉnh, thành phố", "ministry": "cấp bộ"}
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
COMMANDS = (
    ("start", "Bắt đầu lại, Trợ lý là ai"),
    ("help", "Hỏi thế nào cho nhanh"),
    ("privacy", "Trợ lý giữ lại những gì"),
)

# Days and hours


def day(value: date) -> str:
    """`23/11/2026`."""
    return f"{value:%d/%m/%Y}"


def weekday(value: date) -> str:
    """`thứ Hai 23/11/2026`."""
    return f"{WEEKDAYS[value.weekday()]} {day(value)}"


def moment(value: datetime) -> str:
    """`12:00 thứ Hai 23/11/2026`."""
    return f"{value:%H:%M} {weekday(value.date())}"


def written_date(value: str) -> str:
    """A source's date (`2026-07-18`, `2026-02`, `2025` or words) as people write it."""
    parts = value.split("-")
    return "/".join(reversed(parts)) if all(part.isdigit() for part in parts) else value


def opening_hours(weekdays: Sequence[int], sessions: Iterable[tuple[time, time]]) -> str:
    """`thứ Hai đến thứ Sáu, 08:00–12:00 và 13:30–17:30`; weekdays ascending, Monday is 0."""
    span = len(weekdays) > 2 and weekdays[-1] - weekdays[0] == len(weekdays) - 1
    names = [WEEKDAYS[index] for index in weekdays]
    days = f"{names[0]} đến {names[-1]}" if span else ", ".join(names)
    return f"{days}, " + " và ".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in sessions)


# Parts of an answer


def more(count: int) -> str:
    """What a list cut short says."""
    return f"… còn {count} mục"


def all_of(facet: str) -> str:
    """The button under a list cut short."""
    return f"Xem đủ: {FACET_TITLES[facet].lower()}"


def copies(original: int, copy: int) -> str:
    """`1 bản chính, 2 bản sao`; empty when the card does not say."""
    parts = [f"{original} bản chính"] * bool(original) + [f"{copy} bản sao"] * bool(copy)
    return ", ".join(parts)


SHOWN_ONLY = "xuất trình, không nộp"
BY_FORM = "theo mẫu"
CHOOSE_CASE = "Còn giấy tờ khác tùy trường hợp; anh/chị chọn trường hợp của mình bên dưới."
UNPUBLISHED_FEE = "**chưa công bố**; hỏi nơi nộp trước khi đóng tiền"
FILING_FEE = "Phí nộp hồ sơ"  # the title where it is unpublished: nobody takes it for the amount of a benefit
UNPUBLISHED_TIME = "**chưa công bố**; xem ngày hẹn trên giấy tiếp nhận"
COUNTED_FROM_COMPLETE = "Tính từ khi hồ sơ đủ giấy tờ."


def in_case(name: str, text: str) -> str:
    """A paper of one case."""
    return f"Trường hợp **{name}**: {text}"


def of_case(name: str, text: str) -> str:
    """A fee or time of one case."""
    return f"{name}: {text}"


def case_told(name: str) -> str:
    """Under the title when a case was chosen."""
    return f"Trường hợp: {name}"


def by_channel(names: Iterable[str], text: str) -> str:
    """`trực tiếp, bưu chính: …`."""
    return f"{', '.join(names)}: {text}"


def local_fee(fee: str, until: date | None, note: str, source: str) -> str:
    """A local or temporary fee with its end, its condition and its source."""
    end = f" đến hết {day(until)}" if until else ""
    condition = f" – {note}" if note else ""
    return f"{fee}{end}{condition}" + (f" (theo {source})" if source else "")


def usual_fee(text: str) -> str:
    """The fee of those to whom a local or temporary one does not apply."""
    return f"Mức thường – {text}"


def exemptions(text: str) -> str:
    """Who pays nothing or less."""
    return f"Miễn, giảm: {text}"


def statutory_time(text: str) -> str:
    """The law's time limit."""
    return f"Theo quy định: {text}"


def committed_time(text: str) -> str:
    """The office's own time limit."""
    return f"Cơ quan cam kết: {text}"


def due_today(today: date, due: str) -> str:
    """When a dossier handed in now is due."""
    return f"Nộp hôm nay ({weekday(today)}) thì chậm nhất **{due}** có kết quả."


def due_short(due: str, *, today: bool) -> str:
    """The same behind one of several time limits."""
    return f"(nộp hôm nay: chậm nhất {due})" if today else f"(chậm nhất {due})"


def closed_today(holiday: str) -> str:
    """Why today does not count: a day off."""
    return f"cơ quan **nghỉ** ({holiday})" if holiday else "cơ quan **nghỉ**"


def late_today(cutoff: time | None) -> str:
    """Why today does not count: the hour."""
    return f"đã sau {cutoff:%H:%M}" if cutoff else "đã hết giờ làm việc"


def received_later(today: date, why: str, received: date, due: str) -> str:
    """From which day a dossier handed in now is counted, and when it is due (empty: said elsewhere)."""
    last = "cuối ngày đó" if due == weekday(received) else due
    end = f", chậm nhất **{last}** có kết quả." if due else "."
    return f"Hôm nay ({weekday(today)}) {why}: hồ sơ tính từ {weekday(received)}{end}"


_NAMED = 3  # holidays told each; a long count lies over more


def days_off(holidays: Sequence[tuple[date, str]], weekend: Sequence[date]) -> str:
    """The days that a count leaves out: holidays by name, a long row of weekends in short."""
    parts = [f"{WEEKDAYS[day.weekday()]} {day:%d/%m} ({name})" for day, name in holidays[:_NAMED]]
    parts += [f"{len(holidays) - _NAMED} ngày lễ nữa"] if len(holidays) > _NAMED else []
    if len(weekend) > 2:
        parts.append(", ".join(WEEKDAYS[index] for index in sorted({day.weekday() for day in weekend})))
    else:
        parts += [f"{WEEKDAYS[day.weekday()]} {day:%d/%m}" for day in weekend]
    return f"Không tính ngày nghỉ: {', '.join(parts)}."


DAY_OFF = "nghỉ lễ, nghỉ bù"


def same_day(cutoff: time) -> str:
    """What same day means."""
    return f"Nộp sau {cutoff:%H:%M} thì trả vào ngày làm việc kế tiếp."


def provisional(year: int) -> str:
    """The due date may move."""
    return f"Ngày này là **tạm tính**: lịch nghỉ lễ năm {year} chưa công bố chính thức."


def submit_at(text: str) -> str:
    """Where to hand in."""
    return f"Nộp tại: {text}"


def office_address(name: str, address: str, checked: date | None) -> str:
    """Our office's address and when it was checked."""
    when = f" (kiểm tra {day(checked)})" if checked else ""
    return f"{name}: {address}{when}"


def desk(name: str | None, officer: str | None, phone: str | None) -> str:
    """Who receives; unknown parts are left out, empty when all are."""
    parts = [name, f"cán bộ {officer}" if officer else None, f"điện thoại {phone}" if phone else None]
    known = ", ".join(part for part in parts if part)
    return f"Nơi tiếp nhận: {known}" if known else ""


def hours(text: str, confirmed: bool) -> str:
    """Opening hours, with a word of caution when nobody confirmed them."""
    return f"Giờ làm việc: {text}" + ("" if confirmed else " (giờ thường lệ, cơ quan chưa xác nhận)")


def ways(names: Iterable[str]) -> str:
    """How a dossier may be handed in."""
    return f"Cách nộp: {', '.join(names)}"


def online_yes(link: str) -> str:
    """It can be done online."""
    return f"Nộp trực tuyến được, tại {link}" if link else "Nộp trực tuyến được."


ONLINE_NO = "Chưa thấy công bố nộp trực tuyến cho thủ tục này."
ONLINE_FEE = "Phí"
ONLINE_TIME = "Thời hạn"
FORMS_AT_DESK = "Chưa có đường dẫn tải; anh/chị hỏi lấy mẫu tại nơi nộp."


def form_link(name: str, url: str) -> str:
    """A blank form."""
    return f"{name}: {url}" if url else name


def decision(text: str) -> str:
    """The decision that published the procedure."""
    return f"Quyết định công bố: {text}"


def source_item(title: str, when: str) -> str:
    """A source and its date."""
    return f"{title} ({written_date(when)})" if when else title


def agency(body: str, level: str | None) -> str:
    """Who decides."""
    return f"{body} ({LEVELS[level]})" if level else body


def nothing_known(facet: str) -> str:
    """The card is silent about an asked facet."""
    return f"Trợ lý chưa có thông tin về {FACET_TITLES[facet].lower()}; anh/chị hỏi nơi tiếp nhận."


def brief(title: str, text: str) -> str:
    """A line of an overview."""
    return f"**{title}:** {text}"


def note(text: str) -> str:
    """What to watch out for."""
    return f"Lưu ý: {text.rstrip('.')}."


NEXT_SEVERAL = "**Tiếp theo:** chọn một thủ tục bên dưới để xem thêm."


def next_online(link: str, place: str) -> str:
    """The next step where it can be done online."""
    return f"**Tiếp theo:** nộp trực tuyến tại {link}, hoặc đến: {place}"


def next_place(place: str) -> str:
    """The next step where one has to go or write."""
    return f"**Tiếp theo:** mang hồ sơ đến: {place}"


def left_out(names: Iterable[str]) -> str:
    """Procedures asked in the same message that this answer leaves out."""
    return f"Chưa trả lời ở đây: {'; '.join(names)}. Anh/chị chọn bên dưới."


def sources(titles: str, checked: date | None, code: str) -> str:
    """The last line of every answer."""
    when = f" Kiểm tra ngày {day(checked)}." if checked else ""
    where = f"Nguồn: {titles}." if titles else "Nguồn: chưa ghi."
    return f"{where}{when}" + (f" Mã {code}." if code else "")


def may_have_changed(contact: str) -> str:
    """For cards that are suspected to be out of date."""
    return f"⚠️ Thông tin này **có thể đã thay đổi**; hỏi lại trước khi đi: {contact}"


def not_certain(contact: str) -> str:
    """For cards whose sources conflict or are weak."""
    return f"⚠️ Thông tin này **chưa kiểm chứng đủ**; hỏi lại trước khi đi: {contact}"


def abolished(name: str) -> str:
    """The procedure no longer exists."""
    return f"**{name}**\nThủ tục này **đã bãi bỏ**, không nộp theo mục này nữa."


def abolished_short(name: str) -> str:
    """The same in a list."""
    return f"**{name}:** đã bãi bỏ."


def successor(name: str) -> str:
    """What replaced it."""
    return f"Nay làm theo: **{name}**"


CHOICE_LABEL_LENGTH = 60  # letters


def capital(text: str) -> str:
    """The first letter in upper case, the others as they are."""
    return text[:1].upper() + text[1:]


def sentences(parts: Sequence[str]) -> str:
    """Parts one after another; each but the first begins in upper case, bold or not."""
    begun = [f"**{capital(part[2:])}" if part.startswith("**") else capital(part) for part in parts[1:]]
    return ". ".join([*parts[:1], *begun])


# Choices and refusals


def choose(topic: str) -> str:
    """Over a list of procedures."""
    about = f" về **{topic}**" if topic else ""
    return f"Có vài thủ tục{about}. Anh/chị cần việc nào?"


CHOOSE_END = "Chọn bên dưới hoặc trả lời bằng số. Không có trong danh sách thì anh/chị nói rõ hơn giúp."
WHICH_ONE = (
    "Anh/chị muốn hỏi thủ tục nào? Ghi ngắn tên việc cần làm, ví dụ: “khai sinh cho con”, “đăng ký tạm trú”."
)
BEGIN_AGAIN = "Mình bắt đầu lại nhé. Anh/chị cần làm việc gì? Ví dụ: “khai sinh cho con”, “phí làm căn cước”."
REJECTED = "Xin lỗi anh/chị. Anh/chị cần việc nào? Ghi ngắn tên việc giúp Trợ lý."
AGREED = "Dạ. Anh/chị cần xem gì tiếp thì chọn bên dưới, hoặc nhắn tên việc khác."
NO_SUCH_COMMAND = "Trợ lý không có lệnh này."


def only_up_to(count: int) -> str:
    """A number beyond the choices shown."""
    numbers = f"các số từ 1 đến {count}" if count > 1 else "số 1"
    return f"Chỉ có {numbers}. Anh/chị chọn lại bên dưới, hoặc nói rõ hơn giúp."


NEAR = "Có thể anh/chị cần một trong các thủ tục này:"


def elsewhere(name: str, where: str) -> str:
    """Something that is done at another office."""
    return f"**{name}**\nViệc này không làm ở xã, phường. {where}"


def office_matter(name: str, where: str) -> str:
    """Something about our office that a card answers."""
    return f"**{name}**\n{where}"


def offtopic(where: str) -> str:
    """Not an office's business at all."""
    return f"{where} Trợ lý chỉ giúp về thủ tục hành chính của xã, phường."


UNKNOWN = (
    "Trợ lý **chưa tìm thấy** thủ tục này trong dữ liệu. Anh/chị thử nói ngắn tên việc cần làm, ví dụ: "
    "“khai sinh cho con”, “phí chứng thực bản sao”."
)
UNKNOWN_KEPT = "Câu hỏi được giữ lại để bổ sung dữ liệu, không kèm tên người hỏi."
ASK_PEOPLE = "Hỏi người trực:"
NOT_CHECKED = "⚠️ Thông tin này chưa có văn bản đối chiếu; anh/chị hỏi lại nơi nêu trên."
ADDRESS_UNPUBLISHED = "Địa chỉ: chưa công bố trong dữ liệu của Trợ lý."


def contact(name: str, value: str, remark: str, checked: date) -> str:
    """A number or address with the day it was checked."""
    return f"• {name}: **{value}**" + (f" ({remark})" if remark else "") + f" – kiểm tra {day(checked)}"


def contact_short(name: str, value: str) -> str:
    """A contact within a sentence."""
    return f"{name} {value}"


def mailbox(text: str) -> str:
    """The office's letter box for suggestions."""
    return f"• Hòm thư góp ý: {text}"


# Complaints, legal proceedings, emergencies

DESPAIR = "Trợ lý rất tiếc vì anh/chị đang phải chịu đựng điều này. Anh/chị không phải đi qua một mình."
DESPAIR_NOT_ALONE = (
    "Trợ lý là máy, không gọi giúp được. Ngay lúc này, anh/chị gọi một người thân, một người ở gần đến ở cùng; "
    "tránh xa chỗ cao, thuốc và vật nguy hiểm. Nếu đó là người khác, xin đừng để họ một mình."
)

COMPLAINT = (
    "Trợ lý rất tiếc về việc này. Trợ lý **chưa nhận phản ánh được**: tin này chưa được ghi thành phản ánh, "
    "chưa chuyển cho ai. Anh/chị báo qua:"
)
COMPLAINT_ADVICE = (
    "Nên ghi lại ngày giờ, nơi xảy ra, việc gì, mã hồ sơ. Đừng gửi số hay ảnh căn cước ở đây. "
    "Muốn khiếu nại một quyết định hoặc tố cáo thì chọn bên dưới."
)
STREET_ADVICE = "Nên nói rõ địa điểm, kèm ảnh khi ứng dụng cho phép."
NOT_RECORDED = "**Chưa nhận phản ánh tại đây**: chưa có gì được ghi, chưa có mã."
NOT_RECORDED_AGAIN = "Trợ lý chưa ghi, chưa chuyển tin này cho ai."
REPORT_TO = "Anh/chị báo tới:"
REPORT_HEADS = {  # by the purpose of a hotline
    "harassment": "Bị đòi tiền, gây khó",
    "complaint": "Hồ sơ chậm, việc khác",
    "street": "Rác, đèn, đường, trật tự",
}


def report_at_office(office: str, place: str) -> str:
    """Besides the hotlines."""
    return f"• Hoặc báo trực tiếp tại {office}: {place}"


def already_told(value: str, name: str) -> str:
    """The number again, in a line."""
    return f"Như đã nói, anh/chị báo qua **{value}** ({name})."


def told_now(value: str, name: str) -> str:
    """A number of another kind, in a line."""
    return f"Việc này anh/chị báo qua **{value}** ({name})."


def lawful_fee(name: str, fee: str) -> str:
    """First in the answer to a complaint about money."""
    return f"Phí đúng của việc này (**{name}**): {fee}"


def lawful_time(name: str, time_limit: str) -> str:
    """First in the answer to a complaint about waiting."""
    return f"Thời hạn đúng (**{name}**): {time_limit}"


def surely_late(days: int) -> str:
    """Only where no reading of the calendar makes it in time."""
    return f"Chờ {days} ngày là **đã quá hạn**, nếu hồ sơ đủ giấy tờ ngay từ đầu."


APPEAL_LABEL = "Khiếu nại là gì?"
DENUNCIATION_LABEL = "Tố cáo thế nào?"


def appeal_guide(limit_days: int, accept_working_days: int, resolve_days: int) -> str:
    """How khiếu nại works."""
    return (
        "**Khiếu nại** là đề nghị xem lại một quyết định, việc làm của cơ quan ảnh hưởng quyền lợi của mình. "
        "**Tin nhắn ở đây không phải là đơn khiếu nại.**\n"
        "• Đơn viết: ngày, họ tên, địa chỉ, khiếu nại việc gì, lý do, yêu cầu; **có chữ ký**. Hoặc "
        "đến trình bày trực tiếp.\n"
        "• Gửi **người đứng đầu cơ quan** đã ra quyết định (ở xã, phường: Chủ tịch UBND), trong "
        f"**{limit_days} ngày** "
        "từ khi nhận hoặc biết quyết định, việc làm đó.\n"
        f"• Cơ quan trả lời có thụ lý không trong {accept_working_days} ngày làm việc; giải quyết lần "
        "đầu trong "
        f"{resolve_days} ngày từ khi thụ lý (vụ phức tạp lâu hơn).\n"
        "• Không đồng ý: khiếu nại lần hai lên Chủ tịch UBND thành phố, hoặc kiện ra tòa."
    )


def denunciation_guide(accept_working_days: int, resolve_days: int) -> str:
    """How tố cáo works."""
    return (
        "**Tố cáo** là báo việc làm vi phạm pháp luật. **Tin nhắn ở đây không phải là đơn tố cáo; "
        "đừng gửi chi tiết "
        "hay tên người liên quan vào đây.**\n"
        "• Làm **đơn có họ tên, địa chỉ, chữ ký**, hoặc đến trình bày trực tiếp.\n"
        "• Gửi người đứng đầu cơ quan quản lý người bị tố cáo, không gửi cho chính người đó.\n"
        "• Cơ quan phải **giữ bí mật** họ tên, địa chỉ của người tố cáo.\n"
        f"• Xử lý ban đầu trong {accept_working_days} ngày làm việc; giải quyết trong {resolve_days} "
        "ngày từ khi thụ lý, "
        "có thể gia hạn.\n"
        "• Cố ý tố cáo sai sự thật là vi phạm pháp luật."
    )


GUIDE_CONTACTS = "Cần người hướng dẫn:"


def guide_source(source: str, checked: date) -> str:
    """Under a guide."""
    return f"Nguồn: {source}. Kiểm tra ngày {day(checked)}; luật có thể đã đổi."


def emergency(numbers: Iterable[tuple[str, str]], despair: bool = False) -> str:
    """Numbers to call, as (value, name), before anything else."""
    lines = "\n".join(f"**{value}** – {name}" for value, name in numbers)
    if despair:
        return f"{DESPAIR}\n\n**GỌI NGAY:**\n{lines}\n\n{DESPAIR_NOT_ALONE}"
    return (
        f"**GỌI NGAY:**\n{lines}\n\nTrợ lý là máy, không gọi giúp được. Đến nơi an toàn trước, rồi "
        "nói rõ: ở đâu, việc gì, "
        "có ai bị thương."
    )


# Talk


def welcome(office: str, city: str) -> str:
    """The first words: an automatic assistant, whose, for what, and what it keeps."""
    return (
        f"Chào anh/chị. Đây là **trợ lý tự động** (máy trả lời, không phải cán bộ) của **{office}**, "
        f"{city}.\n\n"
        "Anh/chị hỏi về thủ tục: giấy tờ, phí, thời hạn, nơi nộp, các bước. Gõ như nói chuyện, không "
        "dấu cũng được:\n"
        "• khai sinh cho con cần giấy tờ gì\n• đăng ký tạm trú mất bao lâu\n"
        "• chứng thực bản sao phí bao nhiêu\n\n"
        "Trợ lý **không cần** tên, số điện thoại, số hay ảnh căn cước; xin đừng gửi. Câu nào chưa "
        "trả lời được thì chỉ "
        "giữ lại lời hỏi, **không giữ ai hỏi**. Xem /privacy."
    )


HELP = (
    "Mỗi lần hỏi một việc là nhanh nhất:\n"
    "• Tên việc: “đăng ký kết hôn”, “giấy độc thân”\n"
    "• Kèm điều cần biết: “khai sinh **phí** bao nhiêu”, “tạm trú **bao lâu** xong”\n"
    "• Hỏi tiếp: “còn giấy tờ?”, “nộp ở đâu?”\n"
    "• Có danh sách thì chọn bên dưới hoặc trả lời “2”, “cái cuối”\n\n"
    "/start giới thiệu · /privacy Trợ lý giữ gì"
)


def privacy(
    done_days: int, quarantine_days: int, sent_days: int, unanswered_days: int, expires_minutes: int
) -> str:
    """What is kept and for how long."""
    hours_kept = max(1, round(expires_minutes / 60))
    return (
        "**Trợ lý giữ những gì**\n"
        "• Tin của anh/chị: lời và người gửi **xóa ngay khi trả lời xong**; còn lại mã số của tin "
        f"{done_days} ngày, để không trả lời hai lần.\n"
        f"• Tin lỗi, máy không đọc được: giữ nguyên {quarantine_days} ngày cho người vận hành xem, rồi xóa.\n"
        f"• Câu trả lời: lời và nơi nhận xóa ngay khi gửi xong; còn lại mã số {sent_days} ngày.\n"
        f"• Việc đang hỏi dở, theo mã cuộc trò chuyện: {hours_kept} giờ, để hiểu câu hỏi tiếp; có thể gồm tối đa "
        "300 chữ cái của một câu chưa tìm thấy.\n"
        "• Câu chưa trả lời được: giữ lời hỏi và số lần, **không giữ ai hỏi**; xóa sau "
        f"{unanswered_days} ngày không ai hỏi lại.\n"
        "• Ảnh, giọng nói, tệp: không mở, không tải về.\n\n"
        "Xin đừng gửi số căn cước, ảnh giấy tờ, thông tin của người khác. Ứng dụng nhắn tin (như "
        "Telegram) có chính sách riêng "
        "của họ."
    )


GREETING = "Chào anh/chị. Anh/chị cần hỏi thủ tục nào? Ví dụ: “khai sinh cho con cần giấy tờ gì”."
THANKS = "Không có gì ạ. Cần hỏi thêm thủ tục nào, anh/chị cứ nhắn."
GOODBYE = "Chào anh/chị. Khi cần hỏi thủ tục, anh/chị nhắn lại nhé."
SHORTER = "Xin lỗi, Trợ lý nói dài. Anh/chị hỏi một điều, ví dụ “phí bao nhiêu”, Trợ lý trả lời ngắn."
CHAT = "Trợ lý chỉ giúp về thủ tục hành chính. Anh/chị cần làm giấy tờ gì?"


def abilities(office: str, fields: Iterable[str]) -> str:
    """What it helps with, and how to ask."""
    return (
        f"Đây là trợ lý tự động của {office}: trả lời **giấy tờ, phí, thời hạn, nơi nộp, các bước** của thủ tục "
        "hành chính, chỉ chỗ phản ánh, khiếu nại.\n"
        f"Các lĩnh vực có nhiều thủ tục: {'; '.join(fields)}…\n\n"
        "Anh/chị gõ tên việc, ví dụ: “khai sinh cho con”, “giấy độc thân phí bao nhiêu”. Cách hỏi: /help"
    )


def kept_and_safe(lines: Iterable[str]) -> str:
    """To whoever fears to be known, or wants nothing kept."""
    safe = "; ".join(lines)
    report = f" Muốn báo việc sai mà ngại, gọi {safe}; hỏi trước xem có cần nêu tên không." if safe else ""
    return (
        "Trợ lý là máy, không hỏi tên; tin này **không chuyển cho cán bộ nào**, lời nhắn và người gửi được xóa "
        "khỏi máy ngay khi trả lời xong. Xem /privacy.\n"
        "Anh/chị có thể tự xóa cuộc trò chuyện trên máy mình; đừng ghi tên, số căn cước ở đây.\n"
        f"**Tố cáo** thì cơ quan nhận phải giữ bí mật họ tên, địa chỉ.{report}"
    )


def who(office: str) -> str:
    """To "who are you"."""
    return f"Đây là trợ lý tự động (máy, không phải cán bộ) của {office}, trả lời về thủ tục hành chính."


# Other messages

NOT_TEXT = {
    "photo": "Trợ lý không xem được ảnh và không tải ảnh về. Xin đừng gửi ảnh căn cước, giấy tờ; "
    "anh/chị gõ câu hỏi giúp.",
    "voice": "Trợ lý chưa nghe được giọng nói. Anh/chị gõ câu hỏi giúp, không dấu cũng được.",
    "sticker": "Anh/chị cần hỏi thủ tục nào? Gõ như nói chuyện là được.",
    "file": "Trợ lý không mở tệp và không tải tệp về. Anh/chị gõ câu hỏi giúp.",
    "location": "Trợ lý không dùng vị trí của anh/chị. Cần hỏi thủ tục nào, anh/chị gõ giúp.",
}
NOT_TEXT_OTHER = "Trợ lý chỉ đọc được chữ. Anh/chị gõ câu hỏi giúp."
EDITED = "Anh/chị vừa sửa một tin cũ. Trợ lý chỉ trả lời tin mới; anh/chị gửi lại câu đã sửa giúp."
EXPIRED = "Nút này đã cũ. Anh/chị gõ lại câu hỏi, Trợ lý trả lời ngay."
PROCEDURE_GONE = "Thủ tục này không còn trong dữ liệu hiện nay. Anh/chị gõ lại tên việc cần làm giúp."
GROUP = "Trợ lý trả lời riêng từng người để giữ kín việc của anh/chị. Anh/chị nhắn riêng cho Trợ lý nhé."
IDENTITY_NUMBER = (
    "Tin vừa rồi có dãy số giống số căn cước, Trợ lý đã **bỏ đi, không dùng**. Hỏi thủ tục không cần số này; "
    "anh/chị xóa tin đó và hỏi lại không kèm số giúp."
)
NUMBER_DROPPED = (
    "Tin vừa rồi có dãy số giống số căn cước: Trợ lý **không đọc, không giữ** dãy số đó. Anh/chị xóa tin ấy giúp; hỏi "
    "thủ tục không cần số này."
)
TOO_LONG = "Tin hơi dài nên Trợ lý chỉ đọc phần đầu. Anh/chị hỏi ngắn từng việc thì chính xác hơn."
APOLOGY = "Xin lỗi anh/chị, Trợ lý gặp trục trặc với tin này. Anh/chị gửi lại, hoặc gọi tổng đài giúp."

# The terminal

TERMINAL_HINT = "Gõ câu hỏi rồi Enter; gõ số để chọn. /help: cách hỏi · /thoat: thoát."

# Questions that went unanswered, for the clerk who mends procedures.yaml

UNANSWERED_NONE = "Không có câu hỏi nào chưa trả lời được."
UNANSWERED_NEAR = "Gần nhất trong dữ liệu:"
UNANSWERED_STUB = (
    "Dán vào procedures.yaml MỘT trong các đoạn sau (sửa lại cho gọn), rồi chạy: python -m bot check"
)
STUB_ELSEWHERE = "không phải việc của xã, phường: thêm vào mục elsewhere"
STUB_NEW = "thủ tục chưa có trong dữ liệu: thêm vào mục procedures, xem docs/sua-du-lieu.md"
STUB_NAME = "Tên việc"
STUB_WHERE = "Làm ở đâu"
OUTCOME_NAMES = {"no_answer": "chưa tìm thấy", "clarify": "phải hỏi lại"}


def unanswered_head(groups: int, questions: int) -> str:
    """Over the list."""
    return f"{questions} lượt hỏi chưa trả lời được, {groups} nhóm giống nhau, nhiều nhất trước:"


def unanswered_group(place: int, count: int, outcome: str, first: date, last: date) -> str:
    """Over one group of like questions."""
    days = day(first) if first == last else f"{day(first)}–{day(last)}"
    return f"{place}. {count} lượt · {OUTCOME_NAMES.get(outcome, outcome)} · {days}"


def unanswered_more(count: int) -> str:
    """Under a list cut short."""
    return f"… còn {count} nhóm (thêm --limit)."


def stub_alias(name: str, code: str) -> str:
    """The comment over an alias to add to a card."""
    return f"là cách gọi khác của “{name}”: thêm vào aliases của mã {code}"


# Faults in config.yaml, for the operator

FAULT_HOURS_ORDER = "giờ mở cửa phải trước giờ đóng cửa"
FAULT_HOURS_OVERLAP = "buổi chiều bắt đầu trước khi buổi sáng kết thúc"


def fault_clock(value: str) -> str:
    """An hour of a wrong form."""
    return f'giờ phải viết dạng "08:00" (24 giờ): {value}'


def fault_quote_clock(value: str) -> str:
    """An hour without quotes."""
    return f'giờ phải đặt trong dấu nháy: "{value}"'


def fault_zone(value: str) -> str:
    """An unknown time zone."""
    return f"không có múi giờ này: {value} (ví dụ: Asia/Ho_Chi_Minh)"


def fault_no_contact(purpose: str) -> str:
    """A purpose that no contact serves."""
    return f"phải có ít nhất một liên hệ có mục đích {purpose}"


def fault_desk_field(name: str) -> str:
    """A desk of an unknown field."""
    return f"lĩnh vực không có trong procedures.yaml: {name}"


def fault_year(name: str) -> str:
    """A calendar entry that is no year."""
    return f"phải là một năm, ví dụ 2026: {name}"


def fault_day_of_year(value: date, year: str) -> str:
    """A day under the wrong year."""
    return f"ngày {day(value)} không thuộc năm {year}"


def fault_day_twice(value: date) -> str:
    """A day both off and working."""
    return f"ngày {day(value)} vừa ghi nghỉ vừa ghi làm việc"


def fault_future(value: date) -> str:
    """A day of checking that has not come."""
    return f"ngày kiểm tra ở tương lai: {day(value)}"
