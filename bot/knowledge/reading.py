"""What reading a message gives, what it needs of the conversation, and the thresholds between reactions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["answer", "clarify", "no_answer", "complaint", "legal_guide", "emergency", "small_talk"]
Alarm = Literal["fire", "accident", "medical", "police", "despair"]  # kinds of emergency, by who helps
Matter = Literal["person", "privacy", "who", "abilities"]  # what is asked of the assistant itself


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where one reaction gives way to another; found by `python -m bot calibrate`. All are 0 to 1."""

    answer: float = 0.33  # least score of an answer
    said: float = 0.5  # least share of a wording that was said in an answer
    offer: float = 0.05  # least score of something named as near
    clarify: float = 0.2  # least score of the best of a choice
    margin: float = 1.0  # a rival nearer than this share of the best makes it a choice
    within: float = 0.90  # least share of a topic's score with which one of its procedures answers for it
    elsewhere: float = 0.95  # a procedure nearer than this share goes before what is done elsewhere
    second: float = 0.42  # least score of each of several questions in one message
    fresh: float = 0.7  # a score that makes a new topic whatever was talked about
    follow: float = 0.5  # below it a message after an answer stays with that answer's procedure
    specific: float = 0.6  # least share of the best score of a procedure that holds more of the message
    emergency: float = 0.4  # least chance of an emergency that has other signs too
    sure: float = 0.8  # least chance of another kind that is not weighed against the procedures named
    asked: float = 0.8  # least chance of a complaint in the form of a question
    suspected: float = 0.35  # least chance of a complaint in a message that names no procedure plainly
    named: float = 0.23  # score of a procedure times the chance of a question that outweighs another kind


@dataclass(frozen=True, slots=True)
class Context:
    """What a conversation was about: procedures newest last, the last list shown, the facets last asked, words
    of a message that named no procedure yet (`nhà tôi vừa có bé`)."""

    history: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    before: str = ""
    picking: bool = False  # the list is what was shown last
    complained: bool = False  # hotlines were given before

    @property
    def choosing(self) -> bool:
        """Whether a list was shown of which nothing has been talked about since."""
        return bool(self.shown) and (self.picking or not set(self.history[-1:]) & set(self.shown))


NOTHING_BEFORE = Context()


@dataclass(frozen=True, slots=True)
class Task:
    """One question: the procedure, the facets, and the named case of it that was told."""

    code: str
    facets: tuple[str, ...] = ()
    case: str = ""


@dataclass(frozen=True, slots=True)
class Grievance:
    """What a complaint is about: the purpose of the hotline that comes first, whole days surely waited (0 when not
    told exactly), or only whether an earlier one was recorded."""

    purpose: str = "complaint"
    waited: int = 0
    record: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """The outcome for a message. `procedures` are best first; `elsewhere` and `topic` are references of entries."""

    outcome: Outcome
    tasks: tuple[Task, ...] = ()
    procedures: tuple[str, ...] = ()
    facets: tuple[str, ...] = ()
    elsewhere: str = ""
    topic: str = ""
    chosen: bool = False  # picked from the list shown, or that list once more
    grievance: Grievance = (
        Grievance()
    )  # of a complaint; its task is the procedure whose lawful facets are told
    alarms: tuple[Alarm, ...] = ()  # of an emergency; none: of what kind is unclear
    matter: Matter | None = None


def answer(
    code: str, facets: tuple[str, ...], *others: str, chosen: bool = False, topic: str = ""
) -> Reading:
    """An answer about one procedure; `others` are those that came near."""
    ranked = tuple(dict.fromkeys((code, *others)))
    return Reading("answer", (Task(code, facets),), ranked, facets, topic=topic, chosen=chosen)


def answers(tasks: tuple[Task, ...], facets: tuple[str, ...]) -> Reading:
    """An answer about several procedures."""
    return Reading("answer", tasks, tuple(task.code for task in tasks), facets)
