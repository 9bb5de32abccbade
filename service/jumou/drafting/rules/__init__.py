"""The drafter that needs no model: analysis, evidence and phrase templates."""

from jumou.drafting.rules.design import design
from jumou.drafting.rules.diagnose import diagnose
from jumou.drafting.rules.implement import implement
from jumou.drafting.rules.kpis import choose_kpis
from jumou.drafting.rules.position import position

__all__ = ["choose_kpis", "design", "diagnose", "implement", "position"]
