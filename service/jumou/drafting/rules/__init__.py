"""The drafter that needs no model: analysis, evidence and phrase templates."""
