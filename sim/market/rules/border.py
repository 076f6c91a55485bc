"""What happens at a border: clearance of cargo, and licences.

Rules as in `agents/firm.py`: numbers in, one number out.
"""

from math import exp


def clearance(base_t: float, headroom: float, normal_inspection: float, inspection: float, held: float) -> float:
    """Tonnes that customs can clear this week for one destination.

    base * headroom * normal/actual rate of inspection * (1 - held), with `held` the share of the week's days
    under a hold. Inspecting all cargo instead of a tenth cuts what passes to a tenth of what could.
    """
    return base_t * headroom * normal_inspection / inspection * (1.0 - held)


def slip(inspection: float, normal_inspection: float, held: float) -> float:
    """Share of misdeclared cargo that still passes to a destination whose cargo is inspected more, or held.

    min(1, (1 - rate) / (1 - normal rate)) * (1 - held): where every cargo is opened nothing passes under another name.
    """
    if inspection <= normal_inspection:
        return 1.0 - held
    return (1.0 - inspection) / (1.0 - normal_inspection) * (1.0 - held)


def approval(weeks: float, dt: float) -> float:
    """Share of the cargo that waits for a licence and gets it in a step, where the wait is `weeks` on average.

    1 - e^(-dt / wait): offices work on all cases at once, so that some wait longer and some less. Form: assumption.
    """
    return 1.0 - exp(-dt * 365.25 / (7.0 * weeks))


def licence_allowance(left_t: float, weeks_left: float, burst: float) -> float:
    """Gross tonnes a holder lets go this week: an even pace over the rest of the period, a little faster."""
    if weeks_left <= 1.0:
        return left_t
    return min(left_t, burst * left_t / weeks_left)
