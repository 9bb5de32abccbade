"""Vectors from an OpenAI-compatible embeddings endpoint (vLLM, Ollama, a cloud service)."""

import time
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

import httpx
import numpy as np

from jumou.errors import InvalidRequest, ServiceUnavailable
from jumou.retrieval.encode import Vectors, unit

_BATCH: Final = 64
_TRIES: Final = 4
_PAUSE: Final = 0.5
"""Seconds before the second try; doubled before each further one unless the service names a time."""

_BUSY: Final = frozenset({408, 409, 425, 429, 500, 502, 503, 504})


class OpenAIEncoder:
    """Asks `<base url>/embeddings`; waits and tries again when the service is busy. Safe among threads."""

    def __init__(
        self, model: str, *, base_url: str, api_key: str = "", dimension: int | None = None, timeout: float = 60.0
    ) -> None:
        """Without `dimension` the endpoint is asked for one vector the first time it is needed.

        Raises:
            InvalidRequest: there is no base URL.
        """
        if not base_url.startswith(("http://", "https://")):
            raise InvalidRequest(
                f"向量编码器 openai:{model} 需要服务地址。",
                f"The encoder openai:{model} needs the address of its service.",
                mend_zh="请设置 JUMOU_EMBEDDINGS_BASE_URL,例如 http://127.0.0.1:8000/v1。",
                mend_en="Set JUMOU_EMBEDDINGS_BASE_URL, for example http://127.0.0.1:8000/v1.",
            )
        self.name = f"openai:{model}"
        self._model = model
        self._known_dimension = dimension
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        self._client = httpx.Client(headers=headers, timeout=timeout)
        self._url = base_url.rstrip("/") + "/embeddings"

    @cached_property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._known_dimension or int(self._batch(["dimension"]).shape[1])

    def queries(self, texts: Sequence[str]) -> Vectors:
        """One row a question.

        Raises:
            ServiceUnavailable: the service does not answer, or not as agreed.
            InvalidRequest: it refuses the key or the model.
        """
        return self.passages(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """One row a passage; raises as `queries`."""
        parts = [self._batch(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)]
        if not parts:
            return np.zeros((0, self.dimension), np.float32)
        return unit(np.concatenate(parts))

    def _batch(self, texts: Sequence[str]) -> Vectors:
        body = {"model": self._model, "input": [text or " " for text in texts], "encoding_format": "float"}
        answer = self._answer(body)
        try:
            rows = sorted(answer.json()["data"], key=lambda row: int(row["index"]))
            vectors = np.array([row["embedding"] for row in rows], np.float32)
        except (ValueError, KeyError, TypeError) as problem:
            raise self._unusable("the answer holds no vectors") from problem
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise self._unusable(f"{len(texts)} texts gave vectors of shape {vectors.shape}")
        if self._known_dimension and vectors.shape[1] != self._known_dimension:
            raise self._unusable(f"vectors have {vectors.shape[1]} dimensions, not {self._known_dimension}")
        return vectors

    def _answer(self, body: dict[str, Any]) -> httpx.Response:
        pause, trouble = _PAUSE, ""
        for attempt in range(_TRIES):
            try:
                answer = self._client.post(self._url, json=body)
            except httpx.TransportError as problem:
                trouble = f"{type(problem).__name__}: {problem}"
            else:
                if answer.is_success:
                    return answer
                trouble = f"HTTP {answer.status_code}"
                if answer.status_code not in _BUSY:
                    raise InvalidRequest(
                        f"向量服务 {self._url} 拒绝了请求({trouble}):{answer.text[:200]}",
                        f"The embedding service {self._url} refused the request ({trouble}): {answer.text[:200]}",
                        mend_zh="请检查 JUMOU_EMBEDDINGS_API_KEY 与模型名称。",
                        mend_en="Check JUMOU_EMBEDDINGS_API_KEY and the name of the model.",
                    )
                asked = answer.headers.get("retry-after", "")
                pause = min(30.0, float(asked)) if asked.isdecimal() else pause
            if attempt + 1 < _TRIES:
                time.sleep(pause)
                pause *= 2
        raise self._unusable(trouble)

    def _unusable(self, trouble: str) -> ServiceUnavailable:
        return ServiceUnavailable(
            f"向量服务 {self._url} 无法使用：{trouble}。",
            f"The embedding service {self._url} cannot be used: {trouble}.",
            mend_zh="请检查 JUMOU_EMBEDDINGS_BASE_URL 与服务状态后重试。",
            mend_en="Check JUMOU_EMBEDDINGS_BASE_URL and the service, then try again.",
        )
