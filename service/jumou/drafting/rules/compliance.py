"""Rules that bind a proposal, each finding with the sentence of the policy it stands in."""

from jumou.domain.evidence import Citation
from jumou.domain.playbook import Archetype, BindingRule
from jumou.domain.portfolio import ComplianceFinding
from jumou.drafting.context import DraftContext


def findings(ctx: DraftContext, archetype: Archetype) -> tuple[ComplianceFinding, ...]:
    """One finding for each rule the archetype touches; a rule whose sentence is not in the corpus says so by its state."""
    return tuple(_finding(ctx, ctx.playbook.rule(name)) for name in archetype.rules)


def _finding(ctx: DraftContext, rule: BindingRule) -> ComplianceFinding:
    citations = _citation(ctx, rule)
    return ComplianceFinding(
        rule_id=rule.id,
        rule=rule.name.in_(ctx.language),
        severity=rule.severity,
        text=rule.text.in_(ctx.language),
        remedy=rule.remedy.in_(ctx.language),
        citations=citations,
        state="grounded" if citations else "no_evidence",
    )


def _citation(ctx: DraftContext, rule: BindingRule) -> tuple[Citation, ...]:
    words = [*(rule.find if ctx.language == "zh" else (*rule.find_en, *rule.find))]
    for document_id in rule.documents:
        citation = ctx.desk.cite_document(document_id, words)
        if citation is not None:
            return (citation,)
    return ()
