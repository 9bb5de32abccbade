"""Applying a person's typed change to a step: the result is a valid object, and what the person wrote says so."""

import copy
from typing import Any

import jsonpatch
import jsonpointer
from pydantic import BaseModel, ValidationError

from jumou.domain.framework import StepKey
from jumou.domain.portfolio import Project
from jumou.domain.review import Patch
from jumou.domain.steps import STEP_MODELS, Content, Item, join, part
from jumou.errors import InvalidRequest, NotFound


def patched(step: StepKey, items: tuple[Item, ...], item_id: str, patch: Patch, person: str) -> tuple[Item, ...]:
    """The items of a step after `patch` on one item (or on the whole content, when `item_id` is empty).

    Every object that can be grounded and was changed gets `person` as its author.

    Raises:
        NotFound: the step has no such item.
        InvalidRequest: the patch does not apply, or its result is no valid object; the message names the place.
    """
    if patch.merge is None and not patch.operations:
        raise InvalidRequest("修改内容为空。", "The patch is empty.", mend_zh="请给出 merge 或 operations。", mend_en="Give merge or operations.")  # fmt: skip
    if item_id:
        before = next((item for item in items if item.id == item_id), None)
        if before is None:
            raise no_item(step, item_id)
        changed = _applied(before.value, patch)
        if step == "projects":  # each is whole in itself: the others are not looked at again
            place = items.index(before)
            one = _valid(Project, changed, ("projects", place))
            signed = _signed({"projects": [before.value]}, {"projects": [one]}, person)["projects"]
            return part(step, join(step, [*items[:place], Item(item_id, signed[0]), *items[place + 1 :]]))
        written = join(step, [Item(item.id, changed) if item.id == item_id else item for item in items])
    else:
        written = _applied(join(step, items), patch)
    held = valid(step, written)
    return part(step, _signed(join(step, items), held, person))


def valid(step: StepKey, content: Any) -> Content:
    """The content as the step's model writes it.

    Raises:
        InvalidRequest: it is no valid object; the message names the place.
    """
    return _valid(STEP_MODELS[step], content)


def _valid(model: type[BaseModel], content: Any, at: tuple[str | int, ...] = ()) -> Content:
    try:
        return model.model_validate(content).model_dump(mode="json")
    except ValidationError as problem:
        places = "; ".join(
            f"/{'/'.join(str(name) for name in (*at, *error['loc']))}: {error['msg']}" for error in problem.errors()[:5]
        )
        raise InvalidRequest(
            f"修改后的内容不合规：{places}", f"The result is not valid: {places}",
            mend_zh="字段与取值见 /v1/schemas。", mend_en="Fields and values are described under /v1/schemas.",
        ) from problem  # fmt: skip


def no_item(step: StepKey, item_id: str) -> NotFound:
    """The error for an item that a step does not have."""
    return NotFound(f"{step} 中没有条目 {item_id}。", f"There is no item {item_id} in {step}.")


def _applied(value: Any, patch: Patch) -> Any:
    result = copy.deepcopy(value)
    if patch.merge is not None:
        result = _merged(result, patch.merge)
    if patch.operations:
        try:
            operations: Any = [operation.rfc() for operation in patch.operations]
            result = jsonpatch.apply_patch(result, operations)
        except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException, TypeError) as problem:
            raise InvalidRequest(
                f"修改无法套用：{problem}", f"The patch does not apply: {problem}",
                mend_zh="请核对 path(JSON Pointer)。", mend_en="Check the paths (JSON Pointers).",
            ) from problem  # fmt: skip
    return result


def _merged(target: Any, changes: Any) -> Any:
    """RFC 7386."""
    if not isinstance(changes, dict):
        return changes
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in changes.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = _merged(result.get(name), value)
    return result


def _signed(old: Any, new: Any, person: str) -> Any:
    """`new` with the person as author of every grounded object whose own part differs from `old`."""
    return _sign(old, new, f"person:{person}")[0]


def _sign(old: Any, new: Any, author: str) -> tuple[Any, bool]:
    """The signed value, and whether anything changed outside the grounded objects inside it."""
    if isinstance(new, dict):
        before = old if isinstance(old, dict) else {}
        result, changed = {}, not isinstance(old, dict) or bool(set(before) - set(new))
        for name, value in new.items():
            if name == "author":
                result[name] = value
                continue
            result[name], moved = _sign(before.get(name), value, author)
            changed = changed or moved or name not in before
        if "author" in new:
            result["author"] = author if changed else before.get("author", new["author"])
            return result, False
        return result, changed
    if isinstance(new, list):
        return _sign_list(old if isinstance(old, list) else [], new, author)
    return new, new != old or type(new) is not type(old)


def _sign_list(old: list[Any], new: list[Any], author: str) -> tuple[list[Any], bool]:
    """Members are compared with the one of the same id, else an equal one, else the one at the same place."""
    by_id = {member["id"]: member for member in old if isinstance(member, dict) and "id" in member}
    result, changed = [], len(old) != len(new)
    for place, member in enumerate(new):
        if isinstance(member, dict) and "id" in member:
            before = by_id.get(member["id"])
        elif member in old:
            before = member
        else:
            before = old[place] if place < len(old) else None
        signed, moved = _sign(before, member, author)
        result.append(signed)
        changed = changed or moved
    return result, changed
