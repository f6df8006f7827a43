"""Replies: what the bot says to each outcome, on one screen. Pure; facts come from cards and settings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot import texts
from bot.calendar import Calendar
from bot.chat import Action, Button, Kind, Reply
from bot.config import Config, Contact, Purpose
from bot.knowledge import cards
from bot.knowledge.cards import Card, Section
from bot.knowledge.procedures import Elsewhere, Knowledge
from bot.knowledge.reading import Alarm, Grievance, Matter, Task
from bot.knowledge.vietnamese import phrase_key

Guide = Literal["appeal", "denunciation", "both"]

MOST_TASKS = 4  # answered in one message; further ones are named and offered as buttons
MOST_LINES = 8  # answered in one message when a line is enough for each
MOST_BUTTONS = 8
MOST_CASES = 6
NEAR = 3
REPORTED: tuple[Purpose, ...] = ("harassment", "complaint", "street")  # kinds of hotline, as they are listed
_LABEL = 40  # letters of a case's or procedure's button
_SMALL = {"facet", "complaint"}  # verbs of buttons that stand side by side
_ROW = 4  # facet buttons side by side


@dataclass(frozen=True, slots=True)
class Screen:
    """How long an answer may be, in letters: it is cut to `aim` gently and to `most` by all means."""

    aim: int
    most: int


_OVERVIEW = 600  # letters that an overview aims at
_SCREENS = {1: Screen(900, 1500), 2: Screen(650, 900)}
_CROWDED = Screen(400, 600)
_GENTLE = (30, 12, 8, 6)
_HARD = (4, 3, 2)
_TWO_SOURCES = 55  # letters
_FIELDS_NAMED = 10
_HELPERS: dict[Alarm, tuple[Purpose, ...]] = {
    "fire": ("fire",),
    "accident": ("medical", "police"),
    "medical": ("medical",),
    "police": ("police",),
    "despair": ("medical",),
}
_ALL_SOURCES = 6  # where the legal basis was asked
_WIDTHS = (160, 110, 70)
_BRIEF = frozenset({"fee", "deadline"})  # facets that a line is enough for
# What a note's part is about, by its words; a part about neither is about the whole procedure.
_ABOUT = {
    "fee": re.compile(r"\bđồng\b|khoản thu|[Mm]ức (?:hưởng|đóng)|\b(?:phí|tiền)\b.*hỏi"),
    "deadline": re.compile(r"\d+ ngày|\bgiờ\b|thời hạn|lâu hơn|kéo dài|ngày làm việc"),
}
_OF_FEES = re.compile(r"\b(?:lệ )?phí\b", re.IGNORECASE)
_CUTOFF = "sau 15 giờ"  # the deadline says it with the hour of the office
_CAUTION = re.compile(r"hỏi|đã đổi|có thể đổi|thay đổi|hết hiệu lực|\b11[345]\b", re.IGNORECASE)
_DENUNCIATION = ("tố cáo", "tố giác", "hối lộ", "tham nhũng", "nhận tiền")
_TALK = (
    (texts.SHORTER, ("dài quá", "dài thế", "dài lắm", "dài dòng", "quá dài")),
    (texts.THANKS, ("cảm ơn", "cám ơn", "thank", "thanks", "tks")),
    (texts.GOODBYE, ("tạm biệt", "bye", "hẹn gặp lại")),
    ("", ("là ai", "robot", "chatbot", "là máy", "là bot", "tên gì", "người thật")),
    (texts.GREETING, ("chào", "hello", "hi", "alo", "xin chào")),
)
_BESIDE_NO_WRONG = {"fee", "deadline", "legal_basis"}  # told in a line of their own, or with the source
_GUIDE_BUTTONS = (
    Button(texts.APPEAL_LABEL, Action("guide", "appeal")),
    Button(texts.DENUNCIATION_LABEL, Action("guide", "denunciation")),
)


class Renderer:
    """Turns what a message wants into what is said. `now` is always aware."""

    def __init__(self, knowledge: Knowledge, config: Config, calendar: Calendar | None = None) -> None:
        self.knowledge = knowledge
        self.config = config
        self.calendar = calendar or config.working_calendar()

    # Procedures

    def answer(self, tasks: Sequence[Task], now: datetime) -> Reply:
        """The asked facets of one or several procedures; an overview where no facet was asked."""
        known = [task for task in tasks if task.code in self.knowledge.procedures]
        if not known:
            return self.procedure_gone()
        if len(known) == 1:
            return self._one(known[0], now)
        if all(task.facets and _BRIEF.issuperset(task.facets) for task in known):
            return self._line_each(known, now)
        shown = known[:MOST_TASKS]
        screen = _SCREENS.get(len(shown), _CROWDED)
        parts = [self._text(self._card(task, now), task.facets, screen, ())[0] for task in shown]
        parts += self._left_out(known[MOST_TASKS:]) or [texts.NEXT_SEVERAL]
        return Reply("\n\n".join(parts), self._shows(known))

    def _line_each(self, tasks: Sequence[Task], now: datetime) -> Reply:
        """Fees and times of several procedures under each other, with their sources together."""
        shown = [self._card(task, now) for task in tasks[:MOST_LINES]]
        lines = [_line(card, task.facets) for card, task in zip(shown, tasks, strict=False)]
        lines.append(self._joint_sources(shown, tasks))
        doubtful = [card for card in shown if card.procedure.status == "stale_suspected"]
        lines += [texts.may_have_changed(self._desk_contact(doubtful[0]))] if doubtful else []
        lines += self._left_out(tasks[MOST_LINES:])
        return Reply("\n".join(lines), self._shows(tasks))

    def _joint_sources(self, shown: Sequence[Card], tasks: Sequence[Task]) -> str:
        names: list[str] = []
        for card, task in zip(shown, tasks, strict=False):
            names += self._chief_sources(card, task.facets)
            local = [entry.source for entry in cards.valid_local_fees(card) if "fee" in task.facets]
            names += [cards.short_title(self.knowledge.sources[source].title) for source in local]
        days = [card.procedure.checked for card in shown if card.procedure.checked]
        return texts.sources("; ".join(dict.fromkeys(names)), min(days, default=None), "")

    def _left_out(self, tasks: Sequence[Task]) -> list[str]:
        names = [self.knowledge.procedures[task.code].name for task in tasks]
        return [texts.left_out(names)] if names else []

    def _shows(self, tasks: Sequence[Task]) -> tuple[tuple[Button, ...], ...]:
        return tuple((self._show(code),) for code in dict.fromkeys(task.code for task in tasks))[
            -MOST_BUTTONS:
        ]

    def full(self, code: str, facet: str, now: datetime, case: str = "") -> Reply:
        """One facet without any cut (the button under a cut list); a channel splits it where it must."""
        if code not in self.knowledge.procedures or facet not in texts.FACET_TITLES:
            return self.procedure_gone()
        card = self._card(Task(code, (facet,), case), now)
        section = cards.all_documents(card) if facet == "documents" else cards.section(card, facet)
        lines = [_title(card), *_lines(section, len(section.items), None)]
        lines += [*self._note(card, (facet,)), *self._tail(card, ("legal_basis",))]
        return Reply("\n".join(lines), self._facet_rows(card, {facet}))

    def case_name(self, code: str, index: int) -> str | None:
        """The case behind a button `case:CODE:INDEX`; None when there is none."""
        procedure = self.knowledge.procedures.get(code)
        names = list(procedure.cases) if procedure else []
        return names[index] if 0 <= index < len(names) else None

    def _one(self, task: Task, now: datetime) -> Reply:
        card = self._card(task, now)
        if card.procedure.status == "abolished":
            return self._abolished(card, task)
        text, cut = self._text(card, task.facets, _SCREENS[1], _next_step(card, task.facets))
        rows: list[tuple[Button, ...]] = []
        if "documents" in task.facets and card.asks_case:
            rows += _case_rows(card)
        rows += [(Button(texts.all_of(facet), Action("all", f"{task.code}:{facet}")),) for facet in cut]
        return Reply(text, few_buttons((*rows, *self._facet_rows(card, set(task.facets)))))

    def _text(
        self, card: Card, facets: Sequence[str], screen: Screen, following: Sequence[str]
    ) -> tuple[str, tuple[str, ...]]:
        """The text of one procedure, and the facets whose lists were cut."""
        if card.procedure.status == "abolished":
            return "\n".join(self._abolished_lines(card)), ()
        head = _title(card)
        tail = [*following, *self._tail(card, facets)]
        if not facets:
            return _overview(head, card, self._note(card), tail, screen), ()
        sections = [cards.section(card, facet) for facet in dict.fromkeys(facets)]
        return _fit(head, sections, self._note(card, facets) if len(sections) == 1 else [], tail, screen)

    def _card(self, task: Task, now: datetime) -> Card:
        local = now.astimezone(self.calendar.zone)
        procedure = self.knowledge.procedures[task.code]
        case = task.case if task.case in procedure.cases else ""
        return Card(procedure, self.knowledge, self.config, self.calendar, local, case)

    def _note(self, card: Card, facets: Sequence[str] = ()) -> list[str]:
        """The note, or the parts of it that bear on the facets."""
        note = card.procedure.note
        kept = [part for part in note.rstrip(".").split("; ") if _bears(part, facets)] if facets else [note]
        said = "; ".join(filter(None, kept))
        return [texts.note(texts.capital(said))] if said else []

    def _tail(self, card: Card, facets: Sequence[str] = ()) -> list[str]:
        """The chief source (all of them for the legal basis), the day checked, a warning where the card is not sure."""
        procedure = card.procedure
        titles = "; ".join(self._chief_sources(card, facets))
        if "legal_basis" in facets:
            titles = self._sources(procedure.sources, _ALL_SOURCES)
        lines = [texts.sources(titles, procedure.checked, procedure.code)]
        if procedure.status == "stale_suspected":
            lines.append(texts.may_have_changed(self._desk_contact(card)))
        elif procedure.confidence == "C":
            lines.append(texts.not_certain(self._desk_contact(card)))
        return lines

    def _chief_sources(self, card: Card, facets: Sequence[str]) -> list[str]:
        """The first source in short; of a fee the one about fees; of everything both, where they are short."""
        known = [name for name in card.procedure.sources if name in self.knowledge.sources]
        titles = {name: self.knowledge.sources[name].title for name in known}
        local = {entry.source for entry in cards.valid_local_fees(card)}  # told beside their own fees
        usual = [name for name in known if _OF_FEES.search(titles[name]) and name not in local]
        first = cards.short_title(titles[known[0]]) if known else ""
        of_fee = cards.short_title(titles[usual[0]]) if usual else first
        if "fee" in facets:
            return [of_fee] if of_fee else []
        both = list(dict.fromkeys(filter(None, [first] if facets else [first, of_fee])))
        return both if len("; ".join(both)) <= _TWO_SOURCES else both[:1]

    def _sources(self, ids: Iterable[str], most: int = 2) -> str:
        known = [self.knowledge.sources[name] for name in ids if name in self.knowledge.sources]
        return "; ".join(texts.source_item(_clip(source.title, 70), source.date) for source in known[:most])

    def _desk_contact(self, card: Card) -> str:
        if card.desk.phone:
            return texts.contact_short(card.desk.desk or card.place, card.desk.phone)
        return "; ".join(
            texts.contact_short(one.name, one.value) for one in self.config.contacts_for("general")[:1]
        )

    def _abolished(self, card: Card, task: Task) -> Reply:
        successor = card.procedure.successor
        buttons: list[tuple[Button, ...]] = []
        if successor in self.knowledge.procedures:
            buttons.append((self._show(successor),))
            facets = [facet for facet in task.facets if facet in texts.FACET_LABELS]
            buttons += [tuple(_facet_button(successor, facet) for facet in facets[:_ROW])] if facets else []
        return Reply("\n".join(self._abolished_lines(card)), tuple(buttons))

    def _abolished_lines(self, card: Card) -> list[str]:
        lines = [texts.abolished(card.procedure.name)]
        successor = self.knowledge.procedures.get(card.procedure.successor)
        if successor:
            lines.append(texts.successor(successor.name))
        return [
            *lines,
            *self._note(card),
            texts.sources(self._sources(card.procedure.sources), card.procedure.checked, ""),
        ]

    def _show(self, code: str) -> Button:
        return Button(
            _clip(self.knowledge.procedures[code].name, texts.CHOICE_LABEL_LENGTH), Action("show", code)
        )

    def _facet_rows(self, card: Card, answered: set[str]) -> tuple[tuple[Button, ...], ...]:
        code = card.procedure.code
        buttons = [
            _facet_button(code, facet)
            for facet in texts.FACET_LABELS
            if facet not in answered and card.has(facet)
        ]
        buttons.append(Button(texts.COMPLAINT_LABEL, Action("complaint", code)))
        return tuple(tuple(buttons[i : i + _ROW]) for i in range(0, len(buttons), _ROW))

    # Choices and refusals

    def clarify(self, codes: Sequence[str], topic_name: str = "") -> Reply:
        """A numbered list to choose from, as long as settings allow; unknown codes are left out."""
        listed = [code for code in dict.fromkeys(codes) if code in self.knowledge.procedures]
        listed = listed[: self.config.conversation.choices]
        if not listed:
            return self.procedure_gone()
        names = [f"{i}. {self.knowledge.procedures[code].name}" for i, code in enumerate(listed, 1)]
        text = "\n".join([texts.choose(topic_name), *names, texts.CHOOSE_END])
        return Reply(text, tuple((self._show(code),) for code in listed))

    def no_answer(self, elsewhere: Elsewhere | None = None, near: Sequence[str] = ()) -> Reply:
        """Not ours, with where to go; or unknown, with whom to ask. `near` codes are offered."""
        codes = [code for code in dict.fromkeys(near) if code in self.knowledge.procedures][:NEAR]
        lines = self._elsewhere(elsewhere) if elsewhere else [texts.UNKNOWN]
        if not elsewhere:
            lines += [
                texts.ASK_PEOPLE,
                *_contact_lines(self.config.contacts_for("general")),
                texts.UNKNOWN_KEPT,
            ]
        if elsewhere and elsewhere.offtopic:
            codes = []
        if codes:
            lines.append(texts.NEAR)
        return Reply("\n".join(lines), tuple((self._show(code),) for code in codes))

    def _elsewhere(self, entry: Elsewhere) -> list[str]:
        if entry.offtopic:
            return [texts.offtopic(entry.where)]
        if entry.office == "hours":
            return [f"**{entry.name}**", *self.office_lines()]
        matter = texts.office_matter if entry.office else texts.elsewhere
        lines = [matter(entry.name, entry.where)]
        if entry.office:
            lines += _contact_lines(self.config.contacts_for("general")[:1])
        if entry.confidence == "C":
            lines.append(texts.NOT_CHECKED)
        return [*lines, texts.sources(self._sources(entry.sources), entry.checked, "")]

    def office_lines(self) -> list[str]:
        """Our office: where, when, whom to call; what is unpublished is said to be."""
        office, hours = self.config.office, self.config.office_hours
        lines = [f"{office.name} – {office.place}"]
        if office.address:
            lines.append(texts.office_address(office.name, office.address, office.address_checked))
        else:
            lines.append(texts.ADDRESS_UNPUBLISHED)
        lines.append(
            texts.hours(texts.opening_hours(hours.weekdays, hours.sessions), hours.status == "confirmed")
        )
        lines += [hours.note] if hours.note else []
        lines += _contact_lines(self.config.contacts_for("general"))
        lines += [texts.mailbox(office.mailbox)] if office.mailbox else []
        return lines

    # Turns of a conversation

    def only_up_to(self, options: Sequence[str]) -> Reply:
        """A number was said that no choice has; the same choices again."""
        return Reply(texts.only_up_to(len(options)), self._again(options))

    def which_one(self) -> Reply:
        """Pointing where nothing was shown."""
        return Reply(texts.WHICH_ONE)

    def begin_again(self) -> Reply:
        """A fresh conversation."""
        return Reply(texts.BEGIN_AGAIN)

    def agreed(self, options: Sequence[str]) -> Reply:
        """The answer was right; the same choices again."""
        return Reply(texts.AGREED, self._again(options))

    def rejected(self, near: Sequence[str]) -> Reply:
        """Not what was meant; `near` codes are offered."""
        codes = [code for code in near if code in self.knowledge.procedures][:NEAR]
        text = f"{texts.REJECTED}\n{texts.NEAR}" if codes else texts.REJECTED
        return Reply(text, tuple((self._show(code),) for code in codes))

    def _again(self, options: Sequence[str]) -> tuple[tuple[Button, ...], ...]:
        """The buttons behind encoded actions, facets side by side."""
        buttons = [Button(self._label(action), action) for action in map(Action.decode, options)]
        rows: list[tuple[Button, ...]] = []
        for button in buttons:
            small = button.action.verb in _SMALL
            beside = rows and rows[-1][0].action.verb in _SMALL and len(rows[-1]) < _ROW
            if small and beside:
                rows[-1] = (*rows[-1], button)
            else:
                rows.append((button,))
        return tuple(rows)

    def _label(self, action: Action) -> str:
        code, _, rest = action.argument.partition(":")
        if action.verb == "show" and code in self.knowledge.procedures:
            return self._show(code).label
        if action.verb == "case" and rest.isdigit():
            return texts.capital(_clip(self.case_name(code, int(rest)) or rest, _LABEL))
        if action.verb == "all" and rest in texts.FACET_TITLES:
            return texts.all_of(rest)
        if action.verb == "guide":
            return texts.APPEAL_LABEL if code == "appeal" else texts.DENUNCIATION_LABEL
        return texts.FACET_LABELS.get(rest, texts.COMPLAINT_LABEL)

    # Complaints and emergencies

    def complaint(
        self, grievance: Grievance, task: Task | None, given: Sequence[str], now: datetime
    ) -> Reply:
        """What the law says of the wrong told, then whom to tell: in full once, in two lines when hotlines were
        `given` before. Nothing is recorded."""
        contacts = self._hotlines(given[-1] if grievance.record and given else grievance.purpose)
        if grievance.record:
            return Reply(f"{texts.NOT_RECORDED} {texts.REPORT_TO}\n{_contact_lines(contacts)[0]}")
        lawful, source, buttons = self._lawful(grievance, task, now)
        if given:
            told = texts.already_told if grievance.purpose in given else texts.told_now
            lines = [told(contacts[0].value, contacts[0].name), texts.NOT_RECORDED_AGAIN]
            return Reply("\n".join([*lawful, *lines, *source]), buttons)
        lines = [texts.COMPLAINT, *_contact_lines(contacts[:1] if lawful else contacts)]
        if grievance.purpose == "street":
            office = self.config.office
            lines += [texts.report_at_office(office.name, office.place), texts.STREET_ADVICE]
        else:
            lines.append(texts.COMPLAINT_ADVICE)
            buttons = (*buttons, _GUIDE_BUTTONS)
        return Reply("\n".join([*lawful, *lines, *source]), buttons)

    def report(self, code: str | None, now: datetime) -> Reply:
        """To whoever wants to file: nothing can be filed here; whom to tell, and a procedure's fee and time."""
        task = Task(code, ("fee", "deadline")) if code in self.knowledge.procedures and code else None
        lawful, source, buttons = self._lawful(Grievance(), task, now)
        heads = [
            texts.contact(texts.REPORT_HEADS[purpose], one.value, one.name, one.checked)
            for purpose in REPORTED
            for one in self.config.contacts_for(purpose)[:1]
        ]
        mailbox = [texts.mailbox(self.config.office.mailbox)] if self.config.office.mailbox else []
        lines = [f"{texts.NOT_RECORDED} {texts.REPORT_TO}", *heads, *mailbox, *lawful, *source]
        return Reply("\n".join(lines), (*buttons, _GUIDE_BUTTONS))

    def _hotlines(self, purpose: str) -> tuple[Contact, ...]:
        """Two contacts at most: that of the purpose first, then a general one for complaints."""
        ours = [one for one in self.config.contacts if purpose in one.purposes]
        others = [one for one in self.config.contacts_for("complaint") if one not in ours]
        return (*ours, *others)[:2]

    def _lawful(
        self, grievance: Grievance, task: Task | None, now: datetime
    ) -> tuple[list[str], list[str], tuple[tuple[Button, ...], ...]]:
        """The lawful fee and time and what else was asked, their source, and a button of the procedure."""
        if task is None or task.code not in self.knowledge.procedures:
            return [], [], ()
        card = self._card(task, now)
        name, lines = card.procedure.name, []
        if "fee" in task.facets:
            lines.append(texts.lawful_fee(name, cards.brief_fee(card)))
        if "deadline" in task.facets:
            lines.append(texts.lawful_time(name, cards.brief_time(card)))
            late = cards.surely_late(card, grievance.waited)
            lines += [texts.surely_late(grievance.waited)] if late else []
        others = [facet for facet in task.facets if facet not in _BESIDE_NO_WRONG]
        if not lines and not others:
            return [], [], ()
        sections = [cards.section(card, facet) for facet in others]
        lines += [line for section in sections for line in _lines(section, _GENTLE[-1], None)]
        told = [facet for facet in task.facets if facet != "legal_basis"]
        return lines, self._tail(card, told), ((self._show(task.code),),)

    def legal_guide(self, kind: Guide = "both") -> Reply:
        """How khiếu nại or tố cáo work; a chat message is neither."""
        guides = self.config.guides
        parts: list[str] = []
        if kind != "denunciation":
            figures = guides.appeal
            guide = texts.appeal_guide(figures.limit_days, figures.accept_working_days, figures.resolve_days)
            parts.append(f"{guide}\n{texts.guide_source(figures.source, figures.checked)}")
        if kind != "appeal":
            law = guides.denunciation
            guide = texts.denunciation_guide(law.accept_working_days, law.resolve_days)
            parts.append(f"{guide}\n{texts.guide_source(law.source, law.checked)}")
        contacts = _contact_lines(self.config.contacts_for("complaint")[:2])
        if kind == "denunciation":
            contacts = _contact_lines(self.config.contacts_for("harassment")) + contacts[:1]
        parts.append("\n".join([texts.GUIDE_CONTACTS, *dict.fromkeys(contacts)]))
        return Reply("\n\n".join(parts))

    def emergency(self, alarms: Sequence[Alarm] = ()) -> Reply:
        """The number of who can help; every emergency number where that is unclear or not in the settings."""
        purposes = [purpose for alarm in alarms for purpose in _HELPERS[alarm]]
        helpers = [contact for purpose in purposes for contact in self.config.contacts_for(purpose)]
        numbers = dict.fromkeys(
            (one.value, one.name) for one in helpers or self.config.contacts_for("emergency")
        )
        return Reply(texts.emergency(numbers, despair="despair" in alarms))

    # Talk

    def small_talk(self, text: str) -> Reply:
        """An answer to greetings, thanks, good-byes and "who are you"."""
        said = f" {phrase_key(text)} "
        for answer, phrases in _TALK:
            if any(f" {phrase_key(phrase)} " in said for phrase in phrases):
                return Reply(answer or texts.who(self.config.office.name))
        return Reply(texts.CHAT)

    def about_assistant(self, matter: Matter) -> Reply:
        """What it is, what it helps with, what it keeps."""
        if matter == "privacy":
            return self._kept_and_safe()
        if matter == "abilities":
            return Reply(texts.abilities(self.config.office.name, self._largest_fields()))
        return Reply(texts.who(self.config.office.name))

    def _kept_and_safe(self) -> Reply:
        safe = [
            texts.contact_short(one.name, one.value) for one in self.config.contacts_for("harassment")[:1]
        ]
        guide = Button(texts.DENUNCIATION_LABEL, Action("guide", "denunciation"))
        return Reply(texts.kept_and_safe(safe), ((guide,),))

    def _largest_fields(self) -> list[str]:
        """The names of the fields with most procedures."""
        counts = Counter(procedure.field for procedure in self.knowledge.procedures.values())
        return [self.knowledge.fields[name].name for name, _ in counts.most_common(_FIELDS_NAMED)]

    def welcome(self) -> Reply:
        """To /start."""
        return Reply(texts.welcome(self.config.office.name, self.config.office.city))

    def help(self) -> Reply:
        """To /help."""
        return Reply(texts.HELP)

    def no_such_command(self) -> Reply:
        """To an unknown command."""
        return Reply(f"{texts.NO_SUCH_COMMAND}\n\n{texts.HELP}")

    def privacy(self) -> Reply:
        """To /privacy: what is kept and for how long."""
        kept = self.config.retention
        return Reply(
            texts.privacy(
                kept.done_days,
                kept.quarantine_days,
                kept.sent_days,
                kept.unanswered_days,
                self.config.conversation.expires_minutes,
            )
        )

    def not_text(self, kind: Kind) -> Reply:
        """To photos, voice, stickers, files, locations."""
        return Reply(texts.NOT_TEXT.get(kind, texts.NOT_TEXT_OTHER))

    def edited(self) -> Reply:
        """To an edited message."""
        return Reply(texts.EDITED)

    def group(self) -> Reply:
        """To a message in a group."""
        return Reply(texts.GROUP)

    def identity_number(self) -> Reply:
        """To a message that holds something like an identity number."""
        return Reply(texts.IDENTITY_NUMBER)

    def expired(self) -> Reply:
        """To a button of a dialogue that is over."""
        return Reply(texts.EXPIRED)

    def procedure_gone(self) -> Reply:
        """To a button of a procedure that the knowledge base no longer has."""
        return Reply(texts.PROCEDURE_GONE)


def guide_kind(text: str) -> Guide:
    """Which legal proceeding a message is about; both when it names both or neither."""
    said = f" {phrase_key(text)} "
    denounces = any(f" {phrase_key(word)} " in said for word in _DENUNCIATION)
    appeals = f" {phrase_key('khiếu nại')} " in said
    if denounces == appeals:
        return "both"
    return "denunciation" if denounces else "appeal"


# Layout


def _title(card: Card) -> str:
    title = f"**{card.procedure.name}**"
    return f"{title}\n{texts.case_told(card.case)}" if card.case else title


def _line(card: Card, facets: Sequence[str]) -> str:
    """One procedure's fee or time, or both, in one line."""
    if card.procedure.status == "abolished":
        return f"• {texts.abolished_short(card.procedure.name)}"
    said = {"fee": cards.brief_fee, "deadline": cards.brief_time}
    name = f"{card.procedure.name} ({card.case})" if card.case else card.procedure.name
    asked = list(dict.fromkeys(facets))
    parts = [texts.of_case(texts.FACET_LABELS[facet], said[facet](card)) for facet in asked]
    return f"• {texts.brief(name, texts.sentences(parts) if len(asked) > 1 else said[asked[0]](card))}"


def few_buttons(rows: Sequence[tuple[Button, ...]]) -> tuple[tuple[Button, ...], ...]:
    """At most so many buttons: facets are left out first, from the last, then other procedures."""
    flat = [button for row in rows for button in row]
    spare = [button for verb in ("facet", "show") for button in reversed(flat) if button.action.verb == verb]
    dropped = set(spare[: max(0, len(flat) - MOST_BUTTONS)])
    kept = (tuple(button for button in row if button not in dropped) for row in rows)
    return tuple(row for row in kept if row)


def _bears(part: str, facets: Sequence[str]) -> bool:
    """Whether a part of a note has to do with what was asked; a caution about the whole has, always."""
    if _CUTOFF in part and tuple(facets) == ("deadline",):
        return False
    about = {facet for facet, words in _ABOUT.items() if words.search(part)}
    if about or _BRIEF.issuperset(facets):
        return bool(about & set(facets)) or (not about and bool(_CAUTION.search(part)))
    return True


def _next_step(card: Card, facets: Sequence[str]) -> list[str]:
    """What to do after all papers are told; beside other answers the buttons say enough."""
    if "documents" not in facets or card.asks_case:
        return []
    if "online" not in facets and card.link:
        return [texts.next_online(card.link, _first_clause(card.place))]
    return [texts.next_place(_first_clause(card.place))]


def _first_clause(text: str) -> str:
    return text.split(";", 1)[0].strip()


def _lines(section: Section, limit: int, width: int | None) -> list[str]:
    """A heading, at most `limit` items (one more rather than "1 more"), and what is never cut."""
    shown = section.items if len(section.items) <= limit + 1 else section.items[:limit]
    numbered = section.facet == "steps"
    lines = [f"**{section.title or texts.FACET_TITLES[section.facet]}**"]
    lines += [_clip(item if numbered else f"• {item}", width) for item in shown]
    if len(shown) < len(section.items):
        lines.append(texts.more(len(section.items) - len(shown)))
    return lines + [_clip(line, width) for line in section.always]


def _fit(
    head: str, sections: Sequence[Section], note: Sequence[str], tail: Sequence[str], screen: Screen
) -> tuple[str, tuple[str, ...]]:
    """The text in one screen: lists are cut first, then lines, then the last sections. And what was cut."""
    kept = list(sections)

    def compose(limit: int, width: int | None) -> str:
        body = [line for section in kept for line in _lines(section, limit, width)]
        return "\n".join(
            [head, *body, *(_clip(line, width) for line in note), *(_clip(line, width) for line in tail)]
        )

    limit = next((limit for limit in _GENTLE if len(compose(limit, None)) <= screen.aim), _GENTLE[-1])
    width: int | None = None
    if len(compose(limit, width)) > screen.most:
        limit = next((limit for limit in _HARD if len(compose(limit, width)) <= screen.most), _HARD[-1])
    if len(compose(limit, width)) > screen.most:
        width = next((width for width in _WIDTHS if len(compose(limit, width)) <= screen.most), _WIDTHS[-1])
    while len(kept) > 1 and len(compose(limit, width)) > screen.most:
        kept.pop()
    dropped = sections[len(kept) :]
    widest = width or screen.most
    cut = [
        section.facet
        for section in kept
        if len(section.items) > limit + 1 or any(len(item) + 2 > widest for item in section.items)
    ]
    return compose(limit, width), (*cut, *(section.facet for section in dropped))


def _overview(head: str, card: Card, note: Sequence[str], tail: Sequence[str], screen: Screen) -> str:
    """The card in short. The note goes first, then explanations and papers; fees and times are not cut."""
    whole = cards.overview(card)
    forms = [(*whole, *note), whole, *(cards.overview(card, papers, terse=True) for papers in (3, 2, 1))]
    written = ["\n".join([head, *form, *tail]) for form in forms]
    short = next((text for text in written if len(text) <= _OVERVIEW), written[-1])
    if len(short) <= screen.most:
        return short
    return "\n".join([head, *(_clip(line, _WIDTHS[0]) for line in forms[-1]), *tail])


def _clip(text: str, width: int | None) -> str:
    """At most `width` letters, cut between words; a bold run that was cut is closed."""
    if width is None or len(text) <= width:
        return text
    short = text[:width].rsplit(" ", 1)[0].rstrip(" ,;:–")
    if short.endswith("*") and not short.endswith("**"):
        short = short[:-1]
    return short + ("…**" if short.count("**") % 2 else "…")


def _facet_button(code: str, facet: str) -> Button:
    return Button(texts.FACET_LABELS[facet], Action("facet", f"{code}:{facet}"))


def _case_rows(card: Card) -> list[tuple[Button, ...]]:
    code = card.procedure.code
    return [
        (Button(texts.capital(_clip(name, _LABEL)), Action("case", f"{code}:{i}")),)
        for i, name in card.cases_with_papers()[:MOST_CASES]
    ]


def _contact_lines(contacts: Iterable[Contact]) -> list[str]:
    return [texts.contact(one.name, one.value, one.note, one.checked) for one in contacts]
