"""Numbers and spans of time in the words of `--set`."""

from datetime import date, timedelta

from chokepoint.sim.scenario.problems import BadInput


def number(key: str, value: str) -> float:
    """The number that `value` says; `BadInput` if it is none, or not finite."""
    try:
        found = float(value)
    except ValueError:
        raise BadInput([f"--set {key}: {value!r} is neither a number nor 'none'"]) from None
    if found != found or abs(found) == float("inf"):
        raise BadInput([f"--set {key}: {value!r} is not finite"])
    return found


def span(key: str, text: str) -> tuple[date, date]:
    """First and last day of a span such as 2020-05..2020-08 (whole months) or 2020-05-04..2020-08-15."""
    first, _, last = text.partition("..")
    try:
        begin = date.fromisoformat(first if len(first) > 7 else f"{first}-01")
        end = date.fromisoformat(last if len(last) > 7 else f"{last}-28")
    except ValueError:
        raise BadInput([f"--set {key}: {text!r} is not a span such as 2020-05..2020-08"]) from None
    if len(last) <= 7:
        end = (end + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    if end < begin:
        raise BadInput([f"--set {key}: {text} ends before it starts"])
    return begin, end
