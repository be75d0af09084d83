"""All that a report says, taken from the store once."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from bench.audit.findings import Finding
from bench.audit.report import audit_named
from bench.cells import known_matrix
from bench.cost.models import Model
from bench.cost.record import CostRecord, CostRow
from bench.figures.ranked import ranked
from bench.leaderboard import Standing, leaderboard
from bench.report.ran import Ran, ran
from bench.statistics.claim import Claim, claims, is_module
from bench.statistics.claimed import ClaimedGain, claimed_gains
from bench.statistics.comparison import Comparison
from bench.statistics.datasets import Ranking
from bench.statistics.deviations import measured_deviations
from bench.statistics.ladder import Ladder, ladders
from bench.statistics.measured import Configuration
from bench.statistics.reproduction import Reproduction, reproductions
from bench.statistics.settings import Scope, against, setting
from bench.store.costs import cost_records
from bench.store.models import Matrix
from registry.errors import RequestError
from registry.reported import reported_table

PLAIN = "none"


@dataclass(frozen=True)
class Findings:
    """What the store holds of a matrix, and what follows from it.

    Attributes
    ----------
    name, title : str
        Of the matrix.
    reported : str or None
        The reported table that it names.
    rule : str
        The epoch that all but the leaderboard and the ladder are of: ``best`` or ``last``.
    comparisons : tuple of Comparison
        Each attention with the plain backbone in its setting; one family.
    claims : tuple of Claim
        Empty where the module was not run.
    audit : tuple of Finding
        On the reported table.
    ladders : tuple of Ladder
        Those with two rungs or more.
    gains : tuple of ClaimedGain
        Of the reported table, with the deviations that this matrix measured.
    ranking : Ranking or str
        Or why there is none.
    cost : CostRecord or None
        The newest measurement that holds most of the models.
    costs : tuple of CostRow
        Its rows of these models, and of the backbones that they stand beside.
    unpriced : tuple of str
        Models that it does not hold.
    """

    name: str
    title: str
    reported: str | None
    rule: str
    configurations: tuple[Configuration, ...]
    ran: Ran
    standings: tuple[Standing, ...]
    comparisons: tuple[Comparison, ...]
    claims: tuple[Claim, ...]
    verdicts: tuple[Reproduction, ...]
    audit: tuple[Finding, ...]
    ladders: tuple[Ladder, ...]
    gains: tuple[ClaimedGain, ...]
    ranking: Ranking | str
    cost: CostRecord | None
    costs: tuple[CostRow, ...]
    unpriced: tuple[str, ...]


def gather(session: Session, matrix: str, rule: str) -> Findings:
    """Everything that a report on this matrix says.

    Raises
    ------
    RequestError
        No such matrix was run; the message offers the nearest.
    """
    name = known_matrix(session, matrix)
    row = session.get_one(Matrix, name)
    scope = Scope(rule, matrix)
    found = scope.configurations(session)
    cost, costs, unpriced = _costs(session, found)
    return Findings(
        matrix,
        row.title,
        row.reported,
        rule,
        found,
        ran(session, matrix),
        tuple(leaderboard(session, matrix)),
        _with_plain(session, found),
        claims(session, scope) if any(map(is_module, found)) else (),
        reproductions(session, rule, matrix),
        audit_named(row.reported) if row.reported else (),
        tuple(one for one in ladders(session, matrix) if _has_rungs(one)),
        _gains(session, row.reported, rule, matrix),
        _ranking(session, scope),
        cost,
        costs,
        unpriced,
    )


def _with_plain(session: Session, found: tuple[Configuration, ...]) -> tuple[Comparison, ...]:
    plain = {setting(one): one for one in found if one.attention == PLAIN}
    others = [one for one in found if one.attention != PLAIN and setting(one) in plain]
    return against(session, others, {PLAIN: tuple(plain.values())})


def _has_rungs(one: Ladder) -> bool:
    return sum(rung.estimate.mean is not None for rung in one.rungs) > 1


def _gains(
    session: Session, reported: str | None, rule: str, matrix: str
) -> tuple[ClaimedGain, ...]:
    if reported is None:
        return ()
    return claimed_gains(reported_table(reported), measured_deviations(session, rule, matrix))


def _ranking(session: Session, scope: Scope) -> Ranking | str:
    try:
        return ranked(session, (), scope)
    except RequestError as reason:
        # What a person could type instead is of no use on a page.
        return str(reason).partition(":")[0].partition(";")[0]


def _costs(
    session: Session, found: tuple[Configuration, ...]
) -> tuple[CostRecord | None, tuple[CostRow, ...], tuple[str, ...]]:
    needed = dict.fromkeys(_model(one) for one in found)
    best: CostRecord | None = None
    most = 0
    for record in cost_records(session):
        held = len(needed.keys() & {(row.model, row.size) for row in record.rows})
        if held and held >= most:
            best, most = record, held
    if best is None:
        return None, (), tuple(label for label, _ in needed)
    rows = tuple(row for row in best.rows if (row.model, row.size) in needed)
    priced = {(row.model, row.size) for row in rows}
    return best, rows, tuple(label for label, size in needed if (label, size) not in priced)


def _model(one: Configuration) -> tuple[str, int]:
    spec = one.specification
    return Model(spec.backbone, spec.attention).label, spec.recipe.size
