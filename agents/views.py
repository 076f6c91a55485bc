"""The agents as Mesa sees them: thin views into the arrays of a running model.

A view holds an index and nothing else; reading an attribute reads the array, writing one writes it. Rules are
not methods of a view: the kernel never calls them, so overriding one here would do nothing. Doing so
raises an error that says how to replace a rule.
"""

from typing import Any

import mesa

RULES = {
    "Firm": "firm.use, firm.wanted, firm.filled and others in agents/firm.py",
    "Refiner": "refiner.tempted in agents/refiner.py",
    "Mine": "mine.output, mine.opens and others in agents/mine.py",
}


OVERRIDES = (
    "step",
    "decide",
    "use",
    "wanted",
    "filled",
    "tempted",
    "output",
    "opens",
)  # of no use here


class field:
    """An attribute of an agent that lives in `model.world.<tuple>.<array>[agent.idx]`."""

    def __init__(self, where: str, array: str, doc: str):
        self.where, self.array, self.__doc__ = where, array, doc

    def __get__(self, owner: Any, cls: type | None = None) -> Any:
        if owner is None:
            return self
        return getattr(getattr(owner.model.world, self.where), self.array)[owner.idx].item()

    def __set__(self, owner: Any, value: float) -> None:
        getattr(getattr(owner.model.world, self.where), self.array)[owner.idx] = value


class View(mesa.Agent):
    """An agent of the model: `name`, `idx` in the arrays, `country`."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        base = next((b for b in cls.__mro__[1:] if b.__name__ in RULES), None)
        own = [n for n in vars(cls) if n in OVERRIDES]
        if base is not None and own:
            raise TypeError(
                f"{cls.__name__}.{own[0]}: a method of a Mesa view is never called by the model; replace a rule "
                f"({RULES[base.__name__]}) with Simulation(..., rules={{'firm.use': function}})"
            )

    def __init__(self, model: Any, idx: int, name: str, country: str):
        self.idx, self.name, self.country = idx, name, country
        super().__init__(model)


class Firm(View):
    """A user or trader of materials."""

    unfilled = field("S", "unfilled", "remembered share of use that was lost")
    noise = field("S", "noise", "disturbance of its use, ln")

    def _slots(self) -> range:
        first = self.model.world.N.s_first
        return range(int(first[self.idx]), int(first[self.idx + 1]))

    @property
    def stock(self) -> float:
        """Tonnes held of all materials."""
        return float(sum(self.model.world.S.stock[s] for s in self._slots()))

    @property
    def orders(self) -> dict[str, float]:
        """Tonnes bought on balance this week by material; below zero it sells."""
        world = self.model.world
        return {world.materials[world.N.s_mat[s]]: float(world.S.order[s]) for s in self._slots()}


class Refiner(View):
    """A separation plant; holds licences if it is licensed."""

    run = field("S", "run", "tonnes of feed run this week")

    @property
    def product(self) -> dict[str, float]:
        """Tonnes of product in stock by material."""
        return dict(zip(self.model.world.materials, self.model.world.S.product[self.idx].tolist(), strict=True))


class Mine(View):
    """A mine or a project of one."""

    output = field("S", "k_output", "tonnes shipped this week")
    debt = field("S", "k_debt", "debt, thousand USD")

    @property
    def state(self) -> str:
        """planned, operating, building or defaulted."""
        names = ("planned", "operating", "building", "defaulted")
        return names[int(self.model.world.S.k_state[self.idx])]


class _State(View):
    @property
    def decisions(self) -> list[Any]:
        """Measures taken so far, each with its reason."""
        world = self.model.world
        return next(s.decisions for s in world.politics.everybody if s.name == self.name)


class ExportingState(_State):
    """A state with a border of its own."""

    @property
    def licences_left(self) -> float:
        """Gross tonnes of its licences not yet used."""
        world = self.model.world
        return float(world.I.licence[world.layout.licensed[world.zone_of(self.name)]].sum())


class ImportingGovernment(_State):
    """A government that may hold a reserve, back mines, complain."""
