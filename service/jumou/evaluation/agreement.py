"""How far two judges of the same pairs agree: a person's labels and the alignment's."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict

from jumou.evaluation.gold import Relevance


class Agreement(BaseModel):
    """F1 of `match` against the rest, of `match or part` against `no`, and Cohen's kappa with linear weights."""

    model_config = ConfigDict(frozen=True)

    pairs: int
    precision: float | None
    recall: float | None
    f1: float | None
    related_f1: float | None
    kappa: float | None


def agreement(labels: Sequence[Relevance], said: Sequence[Relevance]) -> Agreement:
    """Agreement of `said` with the hand-made `labels`; measures without a case to measure are None."""
    pairs = list(zip(labels, said, strict=True))
    precision, recall, f1 = _f1([label == "match" for label, _ in pairs], [other == "match" for _, other in pairs])
    related = _f1([label != "no" for label, _ in pairs], [other != "no" for _, other in pairs])[2]
    return Agreement(
        pairs=len(pairs), precision=precision, recall=recall, f1=f1, related_f1=related, kappa=_kappa(pairs)
    )


def _f1(wanted: Sequence[bool], given: Sequence[bool]) -> tuple[float | None, float | None, float | None]:
    both = sum(one and other for one, other in zip(wanted, given, strict=True))
    if not any(wanted):
        return None, None, None
    recall = both / sum(wanted)
    precision = both / sum(given) if any(given) else None
    return precision, recall, 2 * both / (sum(wanted) + sum(given))


_ORDER: dict[Relevance, int] = {"no": 0, "part": 1, "match": 2}


def _kappa(pairs: Sequence[tuple[Relevance, Relevance]]) -> float | None:
    """Cohen 1968, weights |i − j|."""
    if not pairs:
        return None
    count = len(pairs)
    observed = sum(abs(_ORDER[one] - _ORDER[other]) for one, other in pairs) / count
    left = [sum(_ORDER[one] == at for one, _ in pairs) / count for at in range(3)]
    right = [sum(_ORDER[other] == at for _, other in pairs) / count for at in range(3)]
    chance = sum(left[at] * right[to] * abs(at - to) for at in range(3) for to in range(3))
    return 1 - observed / chance if chance else None
