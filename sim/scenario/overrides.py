"""`--set key=value`: change one thing of a scenario.

quota.2010H2=none           the act does not happen (nor is it heard of); a quota's half-year is free
quota.2010H2=10000          the same act with another value, in the unit of its row
quota.2010H2=unheard:10000  the same, while others go on believing in the value of the row
embargo=unfelt              acts that are heard of and move nothing
embargo=none                every act whose name begins with `embargo.`
news.quota.2010H2=none      the act happens, but nobody hears of it; `news=none` for all
activity=none               industrial activity stays as in the base year
activity.all.2020-01..2020-12=before         in these months as, on average, in the three months before them
activity.Japan;Europe.2020-03..2020-08=x0.7  in these months 0.7 times what it was, with all sectors there
quota.2010H2=10 kt gross    the same in another unit
act.slow=China inspection against Japan at 33 % from 2020-05-04 until 2020-08-31   one more act, named `slow`:
                            ACTOR INSTRUMENT [KIND] [of MATERIALS] [in FORMS] [against TARGETS] [at AMOUNT UNIT]
                            [announced DAY] [from DAY] [until DAY|open] [unheard]; `chokepoint acts` lists what each
                            instrument takes, `act_sentence.py` says how names are written. It is heard of on the day
                            it is announced, as far as it threatens anybody, unless it ends with `unheard`
act.slow=China:inspection:Japan:2020-05..2020-08:33 %   the same in an earlier form, in which nobody hears of it
use_elasticity=0.2          a behavioural parameter (also `behaviour.use_elasticity`)
choices.links_per_buyer=2   a choice of scenario.toml
end=2012-12-31              the span
firms.Japan magnets 1.use_t_per_year=4000    one cell of a table
baskets.Longnan|Dy.share=0.08                the same where the first column repeats: the second behind a bar
say.talk=rumour:China:2020-05-22:supply    one more item of news, named `talk`: kind, who is meant, day, and what it is
                            about (supply, or act.NAME) where it is not about exports; true or not
doctrine.China=leverage     how an exporting state decides; doctrine.China.political=2 sets a number of its own
reserve.japan.days=180      a reserve of the scenario (see `programmes.py`); reserve.Japan=target_days adds one
news=shuffled:7             the dates of news shuffled among the items, by a seed (a placebo)
assumptions=drawn:7         every number and date that is only assumed drawn anew by a seed, and how flows are laid
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import ValidationError

from chokepoint.agents.behaviour import PARAMETERS
from chokepoint.sim.scenario import programmes
from chokepoint.sim.scenario.acts import Instrument
from chokepoint.sim.scenario.checks import check, check_behaviour
from chokepoint.sim.scenario.choices import Choices
from chokepoint.sim.scenario.override_activity import change_activity
from chokepoint.sim.scenario.override_acts import add_act, add_news, change_acts, change_news, matches
from chokepoint.sim.scenario.override_assumptions import drawn
from chokepoint.sim.scenario.override_words import number
from chokepoint.sim.scenario.problems import BadInput, nearest
from chokepoint.sim.scenario.tables import TABLES, Scenario

WORDS = (
    "start",
    "end",
    "choices",
    "news",
    "activity",
    "act",
    "say",
    "reserve",
    "doctrine",
    "assumptions",
)  # that a key begins with


def apply_changes(scenario: Scenario, changes: Sequence[str], instruments: Mapping[str, Instrument]) -> Scenario:
    """The scenario with `changes`, checked again; `BadInput` lists every change that cannot be made.

    instruments: the acts that a state can take, by name.
    """
    problems: list[str] = []
    for change in changes:
        key, sign, value = change.partition("=")
        key, value = key.strip(), value.strip()
        if not sign or not key or not value:
            problems.append(f"--set {change}: write key=value")
            continue
        try:
            scenario = _changed(scenario, key, value, instruments)
        except BadInput as error:
            problems += error.problems
    problems += check_behaviour(scenario.behaviour, "--set")
    problems += check({name: getattr(scenario, name) for name in Scenario.model_fields}, instruments)
    if scenario.end <= scenario.start:
        problems.append(f"--set end: {scenario.end} is not after start {scenario.start}")
    if problems:
        raise BadInput(problems, "--set")
    return scenario


def _changed(scenario: Scenario, key: str, value: str, instruments: Mapping[str, Instrument]) -> Scenario:
    """The scenario with one change, by the word that its key begins with."""
    word, dot, rest = key.partition(".")
    if dot and word == "act":
        return add_act(scenario, key, value, instruments)
    if key in PARAMETERS:
        return _change_parameter(scenario, key, value)
    if dot and word in CHANGERS:
        return CHANGERS[word](scenario, key, value)
    if key in ("start", "end"):
        return _change_day(scenario, key, value)
    if key == "activity":
        return _drop_activity(scenario, key, value)
    if key == "news":
        return change_news(scenario, key, value)
    if key == "assumptions":
        return drawn(scenario, key, value)
    chosen = [event.id for event in scenario.events if matches(event.id, key)]
    if word == "reserve" and dot and not chosen:  # an act may have such a name too
        return _change_reserve(scenario, key, value)
    if word in TABLES and "." in rest:
        return _change_cell(scenario, word, rest, value)
    if chosen:
        return change_acts(scenario, chosen, key, value)
    if any(matches(item.id, key) for item in scenario.news):
        return change_news(scenario, key, value)
    known = [
        *(event.id for event in scenario.events),
        *(item.id for item in scenario.news),
        *PARAMETERS,
        *WORDS,
        *(f"{t}.<row>.<column>" for t in TABLES),
    ]
    raise BadInput([f"--set {key}: nothing by that name ({nearest(key, known)})"])


def _change_parameter(scenario: Scenario, key: str, value: str) -> Scenario:
    name = key.removeprefix("behaviour.")
    if name not in PARAMETERS:
        raise BadInput([f"--set {key}: unknown parameter ({nearest(name, PARAMETERS)})"])
    return scenario.model_copy(update={"behaviour": {**scenario.behaviour, name: number(key, value)}})


def _change_day(scenario: Scenario, key: str, value: str) -> Scenario:
    try:
        return scenario.model_copy(update={key: date.fromisoformat(value)})
    except ValueError:
        raise BadInput([f"--set {key}: {value!r} is not a date such as 2012-12-31"]) from None


def _change_choice(scenario: Scenario, key: str, value: str) -> Scenario:
    name = key.removeprefix("choices.")
    if name not in Choices.model_fields:
        raise BadInput([f"--set {key}: unknown choice ({nearest(name, Choices.model_fields)})"])
    try:
        given: Any = value.split(";") if name.endswith("_forms") else value
        choices = Choices.model_validate({**scenario.choices.model_dump(), name: given})
    except ValidationError as error:
        raise BadInput([f"--set {key}: {e['msg'].lower()}" for e in error.errors()]) from None
    return scenario.model_copy(update={"choices": choices})


def _drop_activity(scenario: Scenario, key: str, value: str) -> Scenario:
    if value != "none":
        raise BadInput([f"--set {key}: only {key}=none is possible (activity.csv holds the months)"])
    return scenario.model_copy(update={"activity": {}, "activity_months": ()})


def _change_reserve(scenario: Scenario, key: str, value: str) -> Scenario:
    countries = [country.country for country in scenario.countries]
    reserves = programmes.changed("reserve", scenario.reserves, key, value, countries)
    return scenario.model_copy(update={"reserves": reserves})


def _change_doctrine(scenario: Scenario, key: str, value: str) -> Scenario:
    states = [country.country for country in scenario.countries if country.role != "none"]
    stances = programmes.changed("doctrine", scenario.stances, key, value, states)
    return scenario.model_copy(update={"stances": stances})


CHANGERS: dict[str, Callable[[Scenario, str, str], Scenario]] = {
    "behaviour": _change_parameter,
    "choices": _change_choice,
    "activity": change_activity,
    "doctrine": _change_doctrine,
    "say": add_news,
    "news": change_news,
}


def row_keys(rows: Sequence[Any]) -> list[str]:
    """The name of each row of a table: its id or first column, with the second behind it where the first repeats."""
    if not rows:
        return []
    columns = [n for n in type(rows[0]).model_fields if n not in ("source", "confidence", "note")]
    firsts = [str(getattr(row, "id" if "id" in columns else columns[0])) for row in rows]
    if len(set(firsts)) == len(firsts):
        return firsts
    return [f"{first}|{getattr(row, columns[1])}" for first, row in zip(firsts, rows, strict=True)]


def _change_cell(scenario: Scenario, table: str, rest: str, value: str) -> Scenario:
    """`TABLE.ROW.COLUMN`: one cell of a table, in its kind and range."""
    row_name, _, column = rest.rpartition(".")
    model = TABLES[table]
    names = [n for n in model.model_fields if n not in ("source", "confidence", "note")]
    rows = list(getattr(scenario, table))
    keys = row_keys(rows)
    if row_name not in keys:
        raise BadInput([f"--set {table}.{rest}: no row {row_name!r} ({nearest(row_name, keys)})"])
    if keys.count(row_name) > 1:
        raise BadInput(
            [f"--set {table}.{rest}: {row_name!r} names {keys.count(row_name)} rows; change the file instead"]
        )
    field = "yield_" if column == "yield" else column
    if field not in names:
        raise BadInput([f"--set {table}.{rest}: unknown column {column!r} ({nearest(column, names)})"])
    place = keys.index(row_name)
    cells = rows[place].model_dump(by_alias=True)
    cells["yield" if column == "yield" else column] = value
    try:
        rows[place] = model.model_validate({name: given for name, given in cells.items() if given is not None})
    except ValidationError as error:
        raise BadInput([f"--set {table}.{rest}: {value!r} {e['msg'].lower()}" for e in error.errors()]) from None
    return scenario.model_copy(update={table: tuple(rows)})
