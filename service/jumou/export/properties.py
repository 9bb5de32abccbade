"""What a Word file says about itself: title, times, language, and the label of AI-assisted content in its metadata."""

from xml.sax.saxutils import escape

from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part

from jumou.domain.plan import Plan
from jumou.export.label import PROPERTY, implicit_label, visible_label
from jumou.export.sealed import moment

_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"


def xml_text(text: str) -> str:
    """Text that XML can carry: control characters other than tab and line end, and lone surrogates, drop out."""
    return "".join(
        sign
        for sign in text
        if sign in "\t\n" or (sign >= " " and not "\ud800" <= sign <= "\udfff" and sign not in "\ufffe\uffff")
    )


def set_properties(document: Document, plan: Plan) -> None:
    """Core properties from the plan, the AIGC entry as a custom property."""
    made, zh = moment(plan), plan.provenance.language == "zh"
    core = document.core_properties
    core.title = xml_text(plan.title)[:255]
    core.subject = "区域产业规划" if zh else "regional industry plan"
    core.author = "jumou"
    core.last_modified_by = "jumou"
    core.comments = xml_text(visible_label(plan))[:255]
    core.keywords = "AIGC"
    core.category = "初稿" if zh else "draft"
    core.language = "zh-CN" if zh else "en"
    core.identifier = plan.provenance.id[:255]
    core.version = plan.provenance.jumou_version
    core.revision = 1
    core.created = core.modified = made.replace(tzinfo=None)
    _custom(document, {PROPERTY: implicit_label(plan)})
    for key, relation in list(document.part.package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):  # a picture of the template, not of the plan
            del document.part.package.rels[key]


def _custom(document: Document, entries: dict[str, str]) -> None:
    rows = "".join(
        f'<property fmtid="{_FORMAT}" pid="{number}" name="{escape(name)}"><vt:lpwstr>{escape(xml_text(value))}</vt:lpwstr></property>'
        for number, (name, value) in enumerate(entries.items(), start=2)
    )
    content = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
        f'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">{rows}</Properties>'
    )
    package = document.part.package
    part = Part(PackURI("/docProps/custom.xml"), _TYPE, content.encode(), package)
    package.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_PROPERTIES)
