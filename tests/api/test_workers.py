import asyncio
import json
from pathlib import Path

import pytest

from jumou.api.drafting import Drafting
from jumou.compose import Jumou
from jumou.domain.run import RunTask
from jumou.errors import NotFound
from jumou.profile import parse_profile
from jumou.settings import Settings
from jumou.workflow import PlanRequest
from jumou.workflow.review import Person
from jumou.workflow.runs import redraft_run

ANNA = Person("安工")


def test_workers_draft_what_the_server_drafts_and_their_errors_arrive(home: Path, tmp_path: Path) -> None:
    jumou = Jumou(Settings(home=home, database_url=f"sqlite:///{tmp_path / 'jumou.db'}", drafting_workers=1))
    request = PlanRequest(profile=parse_profile({"name": "瓦房店市", "industry": "轴承"}))
    drafting = Drafting()
    drafting.start(jumou)

    async def both() -> None:
        first = await drafting.project_list(request, ANNA)
        assert not drafting.workers_ready  # nobody waits: none is needed
        await asyncio.gather(drafting.project_list(request, ANNA), drafting.project_list(request, ANNA))
        while not drafting.workers_ready:  # noqa: ASYNC110 - other processes get ready
            await asyncio.sleep(0.1)
        again = await drafting.project_list(request, ANNA)
        assert json.loads(again)["projects"] == json.loads(first)["projects"]
        lost, _ = redraft_run("none", "projects", ANNA)
        with pytest.raises(NotFound, match="no run"):
            await drafting.do(RunTask(run_id=lost.id, attempt=1), lost)

    try:
        asyncio.run(asyncio.wait_for(both(), 120))
    finally:
        drafting.stop()
        jumou.database.dispose()
        jumou.index.close()
