"""The task list of a response: its sections in groups, how far each is, who has it, and how long it will take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from icportal.charter import texts
from icportal.cities.models import City
from icportal.core.strings import Text, _
from icportal.reporting import responses, sharing
from icportal.reporting.asked import Asked, asked
from icportal.reporting.enums import SectionStatus
from icportal.reporting.models import Remark, Response, SectionShare

#: More minutes than these are told in hours.
MANY_MINUTES = 90
#: Sections in these states still wait for the city.
OPEN = frozenset({
    SectionStatus.NOT_STARTED, SectionStatus.IN_PROGRESS, SectionStatus.CHANGES_REQUESTED,
})  # fmt: skip


@dataclass(frozen=True)
class Task:
    """One section in the list. ``number`` is its commitment's, where it is one's."""

    name: str
    title: str
    number: int | None
    status: SectionStatus
    answered: int
    asked: int
    minutes: int
    shares: Sequence[SectionShare] = ()


@dataclass
class Group:
    """Sections that belong together: an area of the charter, or what stands before and after the commitments."""

    title: Text
    tasks: list[Task] = field(default_factory=list)


@dataclass(frozen=True)
class TaskList:
    """Everything the page of a response shows."""

    response: Response
    city: City
    asked: Asked
    groups: Sequence[Group]
    grades: Mapping[int, str]
    remarks: Sequence[Remark]

    @property
    def tasks(self) -> list[Task]:
        return [task for group in self.groups for task in group.tasks]

    @property
    def done(self) -> int:
        return sum(task.status in {SectionStatus.COMPLETED, SectionStatus.CHANGES_MADE} for task in self.tasks)

    @property
    def unfinished(self) -> list[Task]:
        """The sections that nobody has called complete."""
        return [task for task in self.tasks if task.status in OPEN]

    @property
    def needed(self) -> int:
        return sum(task.status not in {SectionStatus.NOT_NEEDED, SectionStatus.CANNOT_START} for task in self.tasks)

    @property
    def minutes(self) -> int:
        """What is left altogether."""
        return sum(task.minutes for task in self.tasks if task.status in OPEN)

    @property
    def hours(self) -> int:
        """The same in hours where it is more than one and a half."""
        return round(self.minutes / 60) if self.minutes > MANY_MINUTES else 0


def task_list(response: Response, city: City, language: str) -> TaskList:
    """The sections of a response in the reader's language: the same few queries whatever their number."""
    answers, marks = responses.answers_of(response), responses.marks_of(response)
    remarks = responses.remarks_of(response, only_open=True)
    statuses = responses.section_statuses(response, answers, marks, remarks)
    shown, answered = responses.relevance_of(response, answers), responses.values_of(answers)
    words, shares = asked(response.round.questionnaire_version, language), sharing.shares_of(response)
    tasks = []
    for section in words.structure.sections:
        names = [question.name for question in section.questions if question.type != "note" and question.name in shown.questions]
        tasks.append(
            Task(
                section.name,
                words.section(section.name),
                section.commitment,
                statuses[section.name],
                sum(name in answered for name in names),
                len(names),
                responses.remaining(section, shown.questions, answered),
                shares.get(section.name, ()),
            )
        )
    grades = {
        number: str(answered[question.name]) for number, question in words.structure.grades.items() if question.name in answered
    }
    return TaskList(response, city, words, _grouped(tasks, language), grades, remarks)


def _grouped(tasks: Sequence[Task], language: str) -> list[Group]:
    """Sections in reading order: each run of commitments of one area, and each run of others, is a group.

    A section between two commitments of the same area belongs to them.
    """
    charter = texts.text(language)
    areas = {commitment.number: commitment.area for commitment in charter.commitments}
    titles = {area.key: area.name for area in charter.areas}
    groups: list[Group] = []
    last: str | None = None
    for place, task in enumerate(tasks):
        following = (areas.get(each.number) for each in tasks[place:] if each.number)
        following_area = next(following, None)
        area = areas.get(task.number) if task.number else (last if last == following_area else None)
        if area != last or not groups:
            groups.append(Group(titles[area] if area else _other(has_commitments=any(group.tasks[0].number for group in groups))))
            last = area
        groups[-1].tasks.append(task)
    return groups


def _other(*, has_commitments: bool) -> Text:
    return _("Further questions") if has_commitments else _("Your city")
