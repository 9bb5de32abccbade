"""What the environment decides, read once."""

from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from platformdirs import user_data_path
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from jumou.domain.access import WORKSPACE_ID
from jumou.errors import InvalidRequest

_CHECKOUT: Final = Path(__file__).resolve().parents[2]


def default_home() -> Path:
    """`.jumou/` in a checkout, else the platform's folder for a user's data."""
    if (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / "corpus").is_dir():
        return _CHECKOUT / ".jumou"
    return user_data_path("jumou", appauthor=False)


class Settings(BaseSettings):
    """Settings with their defaults; each is an environment variable with the prefix JUMOU_."""

    model_config = SettingsConfigDict(env_prefix="JUMOU_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=default_home, description="folder of database, index, model files and logs")
    language: Literal["zh", "en"] = "zh"
    encoder: str = Field(
        default="e5-small-int8", description="e5-small-int8, sentence-transformers:<model> or openai:<model>"
    )
    embeddings_base_url: str = Field(default="", description="endpoint of an openai:<model> encoder")
    embeddings_api_key: str = Field(default="", repr=False)
    reranker: str = Field(default="", description="empty for none, or sentence-transformers:<cross encoder>")
    chroma_url: str = Field(default="", description="a Chroma server; empty for the embedded store")
    database_url: str = Field(
        default="", repr=False, description="postgresql://...; empty for jumou.db in the home folder"
    )
    drafting_workers: int | None = Field(
        default=None,
        ge=0,
        le=64,
        description="processes that draft for the server; 0 drafts in the server itself, empty is one a core",
    )
    work: bool = Field(
        default=True,
        description="whether the server does the runs and batches it accepts; false leaves them to `jumou worker`",
    )
    runs_per_minute: int | None = Field(
        default=None,
        ge=1,
        description="most runs, and most regions of batches, begun within a minute by all processes together",
    )
    llm: str = Field(
        default="",
        description="the language model: openai:<model> for any OpenAI-compatible endpoint, or <provider>:<model>; empty for none",
    )
    llm_base_url: str = Field(
        default="", description="its endpoint, for example http://127.0.0.1:8000/v1; empty is the provider's own"
    )
    llm_api_key: str = Field(default="", repr=False)
    llm_timeout: float = Field(
        default=120.0, gt=0, description="seconds a model may take to answer, or between two pieces of a stream"
    )
    llm_concurrency: int = Field(default=8, ge=1, le=256, description="calls under way at once in one process")
    llm_retries: int = Field(default=3, ge=0, le=10, description="further tries after an answer 429 or 5xx")
    llm_rounds: int = Field(default=2, ge=0, le=5, description="times a model may mend what failed the checks")
    llm_run_calls: int = Field(default=150, ge=0, description="most calls one plan or one chat answer may make")
    llm_run_tokens: int = Field(default=1_000_000, ge=0, description="most tokens of one run, in and out")
    llm_run_usd: float | None = Field(
        default=None, ge=0, description="most US dollars of one run; calls without a known price are counted apart"
    )
    llm_user_tokens: int | None = Field(default=None, ge=0, description="most tokens a user may use a day")
    llm_internal: bool = Field(
        default=False,
        description="whether the model may see internal documents and plans; it is an outside party unless you run it yourself",
    )
    llm_user_usd: float | None = Field(default=None, ge=0, description="most US dollars a user may use a day")
    drafter: Literal["", "rules", "llm"] = Field(
        default="", description="who drafts unless told; empty: the model where there is one, else the rules"
    )
    workspace: str = Field(
        default="default", pattern=WORKSPACE_ID, description="the workspace that commands on this machine work in"
    )
    accounts: bool = Field(
        default=False,
        description="whether callers have to show who they are; without, whoever reaches the port may do all",
    )
    session_hours: float = Field(default=12.0, gt=0, le=24 * 30, description="hours after which a page session ends")
    public_url: str = Field(
        default="",
        description="the address people call the service by, for example https://plan.example.gov.cn; for OpenID Connect behind a proxy",
    )
    oidc_issuer: str = Field(
        default="", description="OpenID Connect: the issuer, whose discovery document is asked for; empty for none"
    )
    oidc_client_id: str = Field(default="", description="the client's id there")
    oidc_client_secret: str = Field(default="", repr=False, description="its secret there")
    oidc_scopes: str = Field(default="openid profile email", description="what is asked for at the provider")
    oidc_user_claim: str = Field(
        default="preferred_username",
        description="the claim that names the user; one that people cannot change themselves",
    )
    oidc_groups_claim: str = Field(default="groups", description="the claim that lists the user's groups")
    oidc_roles: str = Field(
        default="",
        description="what groups may do, separated by commas (semicolons where a name holds commas): group=workspace:role, for example planning-bureau=default:reviewer",
    )
    llm_workspace_tokens: int | None = Field(
        default=None, ge=0, description="most tokens all users of a workspace together may use a day"
    )
    llm_workspace_usd: float | None = Field(
        default=None, ge=0, description="most US dollars all users of a workspace together may use a day"
    )
    rate_user: str = Field(
        default="",
        description="requests a user may make, such as `1200/minute;50/second`; empty is 1200/minute with accounts and no limit without, `none` is no limit",
    )
    rate_workspace: str = Field(
        default="", description="requests all users of a workspace may make; empty is 6000/minute with accounts"
    )
    rate_failed_logins: str = Field(
        default="",
        description="wrong keys and failed logins from one address, after which it may try no new ones for a while; empty is 20/minute;200/hour, `none` is no limit; with accounts",
    )
    user_streams: int = Field(
        default=32,
        ge=1,
        description="event streams, and with accounts open pages, a user may hold at once at one server process",
    )
    request_seconds: float = Field(
        default=600.0, gt=0, description="seconds until a request that is not answered ends with 503"
    )
    body_seconds: float = Field(
        default=30.0,
        gt=0,
        description="seconds the head of a request may take to arrive, and its body beside 4 kB a second",
    )
    waiting_drafts: int = Field(
        default=200,
        ge=1,
        description="drafts under way or waiting at one server process; further ones are asked to come again",
    )
    open_work: int = Field(
        default=20_000,
        ge=1,
        description="runs and regions of batches that may wait in the database; further ones are asked to come again",
    )
    metrics_key: str = Field(
        default="",
        repr=False,
        description="whoever sends it as a bearer may read /metrics; empty: only this machine and administrators",
    )
    audit_file: Path | None = Field(
        default=None, description="a file the audit stream is copied to, line by line; empty for none"
    )
    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    most_upload_bytes: int = Field(default=50_000_000, gt=0)
    allowed_hosts: str = Field(
        default="",
        description="further names by which browsers may call the service, separated by commas, such as plan.example.gov.cn; *.example.cn for all below",
    )

    def asks_model(self, drafter: str = "") -> bool:
        """Whether a drafter called so asks a model; empty is the choice made here."""
        return (drafter or self.drafter or ("llm" if self.llm.strip() else "rules")) != "rules"


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process.

    Raises:
        InvalidRequest: a variable does not hold what it should; the message names it.
    """
    try:
        return Settings()
    except ValidationError as problem:
        names = ", ".join(f"JUMOU_{str(error['loc'][0]).upper()}: {error['msg']}" for error in problem.errors())
        raise InvalidRequest(
            f"环境变量设置不正确：{names}", f"an environment variable is wrong: {names}",
            mend_zh="请改正后重试，说明见 README。", mend_en="Correct it; the README lists them.",
        ) from problem  # fmt: skip
