"""Scripts that spoil proper answers in one way each: what a model's text must never bring into a plan."""

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, get_args

from jumou.testing.good_answers import good_answers, task_of
from jumou.testing.model_server import Request, Script, Words

Spoiling = Literal[
    "wrong_schema", "invented_passage", "altered_quote", "made_up_number", "number_in_words", "wrong_unit", "invented_firm",
    "invented_document", "invented_year", "invented_figure", "too_long", "repeated", "missing_items", "foreign_items", "apology", "system_text",
    "markup", "other_language", "nothing_to_stand_on",
]  # fmt: skip

SPOILINGS: Final[tuple[Spoiling, ...]] = get_args(Spoiling)


def spoiled(how: Spoiling, *, when: Callable[[Request], bool] = lambda _: True) -> Script:
    """Proper answers, spoiled in one way in every item of the requests that `when` picks."""

    def script(request: Request) -> Mapping[str, Any] | Words:
        answer = good_answers(request)
        if isinstance(answer, Words) or task_of(request) == "probe" or not when(request):
            return answer
        if how == "wrong_schema":
            return {"answer": [1, 2, 3]}
        if "items" not in answer:
            return {"id": "V99"} if how == "foreign_items" else answer
        items = [dict(item) for item in answer["items"]]
        match how:
            case "missing_items":
                return {"items": items[1:]}
            case "foreign_items":
                return {"items": [{**item, "id": f"{item['id']}/approvals"} for item in items]}
            case "repeated":
                return {"items": [{**item, "text": items[0]["text"], "quotes": items[0]["quotes"]} for item in items]}
            case "other_language":
                return {"items": [{**item, "text": "The text of this item is in another language."} for item in items]}
            case _:
                return {"items": [_item(how, item, request) for item in items]}

    return script


def _item(how: Spoiling, item: dict[str, Any], request: Request) -> dict[str, Any]:
    text, quotes = str(item["text"]), list(item["quotes"])
    match how:
        case "invented_passage":
            quotes = [{"passage": "N99_no_such_policy#1", "quote": "各地应当加大对先进制造业的支持力度。"}]
        case "altered_quote":
            quotes = [{**quote, "quote": quote["quote"][:-1] + "并大幅提高。"} for quote in quotes] or [
                {"passage": "N99_no_such_policy#1", "quote": "各地应当加大支持力度。"}
            ]
        case "made_up_number":
            text += "预计带动投资8888亿元。"
        case "number_in_words":
            text += "预计带动投资三百亿元。"
        case "wrong_unit":
            text += "规模为[[F1]]亿元。"
        case "invented_firm":
            text += "已与华腾星耀集团签约。"
        case "invented_document":
            text += "依据《关于加快星耀产业发展的若干意见》。"
        case "invented_year":
            text += "到2049年全面建成。"
        case "invented_figure":
            text += "其中[[F999]]。"
        case "too_long":
            text *= 10
        case "apology":
            text = "很抱歉，作为一个AI语言模型，我无法完成该请求。"
        case "system_text":
            text = str(request.body["messages"][0]["content"])[:120]
        case "markup":
            text += "详见https://example.com/<b>附件</b>。"
        case "nothing_to_stand_on":
            text, quotes = "产业发展态势总体向好，前景广阔，值得期待。", []
        case _:
            pass
    return {**item, "text": text, "quotes": quotes}
