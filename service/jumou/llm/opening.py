"""The model the settings name."""

from jumou.domain.allowance import DayLimits
from jumou.llm.budget import Budget, Spending
from jumou.llm.model import LangchainEndpoint
from jumou.llm.run import LanguageModel
from jumou.settings import Settings


def open_model(settings: Settings, spending: Spending | None = None) -> LanguageModel | None:
    """The language model of the settings; None when they name none. Nothing is connected or loaded yet.

    Raises:
        InvalidRequest: the model's name or address makes no sense.
    """
    if not settings.llm.strip():
        return None
    endpoint = LangchainEndpoint(
        settings.llm.strip(),
        base_url=settings.llm_base_url.strip(),
        api_key=settings.llm_api_key,
        timeout=settings.llm_timeout,
    )
    return LanguageModel(
        endpoint,
        settings.home,
        concurrency=settings.llm_concurrency,
        retries=settings.llm_retries,
        budget=Budget(settings.llm_run_calls, settings.llm_run_tokens, settings.llm_run_usd),
        limits=DayLimits(
            settings.llm_user_tokens, settings.llm_user_usd, settings.llm_workspace_tokens, settings.llm_workspace_usd
        ),
        spending=spending,
    )
