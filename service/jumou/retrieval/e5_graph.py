"""Builds the encoder's layers as an ONNX graph with dynamic int8 products (per-channel weights).

Before quantising, the spread of a product's input channels is evened out against its weights (SmoothQuant, Xiao et
al. 2023, exponent .7, spreads taken from a float run over the texts below): cosine to the float model rises from .997
to .999. What the rounding of weights does to the mean of a product's input is taken back in its bias (Nagel et al. 2019).

Half of the time goes into what is no product, so the graph is written for onnxruntime's kernels as they are. A
normalisation is an InstanceNormalization whose channels are the tokens (the kernel of LayerNormalization takes three
times as long on this shape); its shift is part of the biases behind it, its scale part of the evening. The values
carry the evening of the product behind the attention. Queries, keys and values are three products of one quantised
input, so that nothing has to be split. There is no mask, as each window is run by itself.

What the layers do without, and what makes up for it, is measured by `evals/retrieval/encoder_pruning.py` and kept in
`e5_trims.npz`.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from jumou.files import write_atomically
from jumou.retrieval.e5_trims import Trim, read_trims
from jumou.retrieval.e5_weights import E5Weights, Floats

_CONTRIB: Final = "com.microsoft"
_EXPONENT: Final = 0.7
_INPUT: Final = "states"

_TYPICAL: Final = (
    "query: 县级园区怎样补上零部件配套的短板",
    "query: 对首台套装备有哪些补助,金额上限是多少?",
    "query: Which regions built an industrial cluster around a single leading firm?",
    (
        "passage: 若干政策措施\n第三条 对年度研发投入增长超过10%的企业,按新增部分的8%给予奖励,单个企业每年最高200万元。"
        "同一事项符合多项扶持政策的,按就高不重复原则执行。本措施自2024年1月1日起施行,有效期三年。"
    ),
    (
        "passage: 产业概况\n2023年全县规模以上工业企业126家,实现产值318.5亿元,同比增长7.4%;其中食品加工占36%,纺织占21%。"
        "龙头企业数量少、本地配套率不足三成,检测、仓储和冷链等生产性服务主要依靠邻近地市。"
    ),
    (
        "passage: 发展历程\n1998年当地建成第一座专业市场,此后十年商户由不足百户增加到四千余户,带动周边乡镇形成了分工细密的加工网络。"
        "市场管理机构设立展会、物流和结汇服务,外贸出口成为主要销路。"
    ),
    (
        "passage: 主要任务\n(一)建设公共技术平台,面向中小企业开放中试线和检测设备;(二)设立产业引导基金,重点投向种子期和初创期项目;"
        "(三)实施人才安居工程,完善园区学校、医院和公共交通。责任单位:市发展改革委、市科技局,各县(区)人民政府。"
    ),
    (
        "passage: 新闻\n据报道,昨日上午该市举行重大项目集中开工仪式,总投资约96亿元的15个项目动工,涵盖新材料、储能和港口物流等领域,"
        "预计2026年底前全部建成投产。市民李女士说,家门口的就业机会多了。"
    ),
    (
        "passage: Lessons\nThe park lost its main tenant in 2009 and output fell by a third within two years. Suppliers had "
        "no other customers, the training college closed, and the land stood idle until a reuse plan was agreed in 2014."
    ),
    (
        "passage: 价值链\n上游为矿石采选与冶炼,附加值较低且受环境容量约束;中游为合金、粉末与型材;下游为航空、医疗器械和电子元件。"
        "关键缺口在高纯原料、精密加工设备和认证服务。"
    ),
    "passage: https://www.example.org/notice/2022/0315.html 附件:申报表.docx 联系电话:0000-1234567 (工作日9:00—17:00)",
)


_Linear = tuple[Floats, Floats]
"""Rows and bias of a product."""


def build_graph(weights: E5Weights, tokens: Callable[[str], list[int]], path: Path) -> None:
    """Writes the graph to `path` in one step: from `states` (1, tokens, hidden) of one window to the same shape."""
    trims = read_trims()
    seen = _observed(weights, trims, [tokens(text) for text in _TYPICAL])
    write_atomically(path, Graph(weights, trims, seen).model().SerializeToString())


class _Seen(NamedTuple):
    """What a float run saw of the input of a product, by channel."""

    largest: Floats
    mean: Floats


def _observed(weights: E5Weights, trims: Sequence[Trim], rows: Sequence[list[int]]) -> dict[str, _Seen]:
    """By the input's name; for the mean each text counts the same."""
    graph = Graph(weights, trims)
    model = graph.model()
    wanted = [name for name in graph.inputs if name != _INPUT]
    del model.graph.output[:]
    model.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in wanted)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    seen: dict[str, _Seen] = {}
    for row in rows:
        states = weights.embedded(row)
        for name, values in zip([_INPUT, *wanted], [states, *session.run(wanted, {_INPUT: states})], strict=True):
            largest, mean = np.abs(values[0]).max(axis=0), values[0].mean(axis=0) / len(rows)
            before = seen.get(name)
            seen[name] = (
                _Seen(np.maximum(before.largest, largest), before.mean + mean) if before else _Seen(largest, mean)
            )
    return seen


class _States(NamedTuple):
    """What is passed on: `scaled` + `shift`, where `scaled` is `normal` times `scale`."""

    normal: str
    scaled: str
    scale: Floats
    shift: Floats


class Graph:
    """An int8 graph, or a float one; whole, or trimmed."""

    def __init__(self, weights: E5Weights, trims: Sequence[Trim] = (), seen: Mapping[str, _Seen] | None = None) -> None:
        """`trims` are those of all layers or none; `seen` is what int8 products go by, without it they are float."""
        self._weights = weights
        self._trims = trims
        self._seen = seen
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self.inputs: dict[str, None] = {}

    def model(self) -> onnx.ModelProto:
        """The whole graph; a `Graph` makes one."""
        shape = self._weights.shape
        tokens = self._node("Shape", [_INPUT], "tokens", start=1, end=2)
        for name, value in (("ones", 1), ("zeros", 0)):
            self._node("ConstantOfShape", [tokens], name, value=numpy_helper.from_array(np.array([value], np.float32)))
        states = _plain(_INPUT, shape.hidden)
        for layer in range(shape.layers):
            states = self._layer(f"l{layer}.", states, self._trims[layer] if self._trims else None)
        last = self._node("Add", [states.scaled, self._constant("last.shift", states.shift)], "last")
        ends = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "tokens", shape.hidden])
            for name in (_INPUT, last)
        ]
        graph = helper.make_graph(self._nodes, "e5", ends[:1], ends[1:], self._constants)
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid(_CONTRIB, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=9)

    def _layer(self, at: str, states: _States, trim: Trim | None) -> _States:
        shape = self._weights.shape
        query, key, value = (self._linear(at + name, shape.hidden, states.shift) for name in "qkv")
        if trim and trim.turned:
            query, key = _turned(trim.turned.query, query), _turned(trim.turned.key, key)
        rows, bias = self._linear(at + "ao", shape.hidden)
        even = self._even(at + "attended", rows)
        value = (value[0] / even[:, None], value[1] / even)
        parts = self._products(states, {at + "q": query, at + "k": key, at + "v": value})
        scale = (shape.hidden // shape.heads) ** -0.5
        attended = self._node(
            "MultiHeadAttention", parts, at + "attended", domain=_CONTRIB, num_heads=shape.heads, scale=scale
        )
        self.inputs[attended] = None
        mixed = self._product(
            at + "ao", self._source(attended), rows * even, bias + states.shift, self._mean(attended, even)
        )
        states = self._normal(at + "aln", mixed, states)
        inner, outer = self._linear(at + "fi", shape.hidden, states.shift), self._linear(at + "fo", shape.inner)
        if trim:
            inner = (inner[0][trim.kept], inner[1][trim.kept])
            outer = (outer[0][:, trim.kept] + trim.rows, outer[1] + trim.bias)
        (raised,) = self._products(states, {at + "fi": inner})
        # the tanh form: it is nearer to the erf than int8 is to float, and takes less time
        active = self._node("FastGelu", [raised], at + "active", domain=_CONTRIB)
        (lowered,) = self._products(_plain(active, len(inner[1])), {at + "fo": (outer[0], outer[1] + states.shift)})
        return self._normal(at + "oln", lowered, states)

    def _linear(self, name: str, width: int, shift: Floats | None = None) -> _Linear:
        """A product of the model; its bias makes up for the `shift` that the input lacks."""
        rows, bias = self._weights.matrix(name + ".w", width), self._weights.vector(name + ".b")
        return rows, bias if shift is None else bias + rows @ shift

    def _even(self, source: str, rows: Floats) -> Floats:
        """By what each channel of the input `source` is divided, and of the rows multiplied."""
        if self._seen is None:
            return np.ones(rows.shape[1], np.float32)
        spread, weight = np.maximum(self._seen[source].largest, 1e-5), np.abs(rows).max(axis=0)
        return np.asarray(spread**_EXPONENT / np.maximum(weight, 1e-5) ** (1 - _EXPONENT), np.float32)

    def _products(self, states: _States, linear: Mapping[str, _Linear]) -> list[str]:
        """Products of one input; the shift of `states` is in their biases already."""
        self.inputs[states.scaled] = None
        even = self._even(states.scaled, np.concatenate([rows for rows, _ in linear.values()]))
        source = states.scaled
        if self._seen is not None:
            label = "+".join(linear) + ".in"
            source = self._node("Mul", [states.normal, self._constant(label + ".by", states.scale / even)], label)
        parts = self._source(source)
        mean = self._mean(states.scaled, even)
        return [self._product(name, parts, rows * even, bias, mean) for name, (rows, bias) in linear.items()]

    def _mean(self, source: str, even: Floats) -> Floats:
        """Of the evened input."""
        return np.zeros_like(even) if self._seen is None else self._seen[source].mean / even

    def _source(self, name: str) -> list[str]:
        """The input of a product: bytes, their scale and their zero; in a float graph itself."""
        if self._seen is None:
            return [name]
        parts = [name + ".bytes", name + ".scale", name + ".zero"]
        self._nodes.append(helper.make_node("DynamicQuantizeLinear", [name], parts))
        return parts

    def _product(self, label: str, source: list[str], rows: Floats, bias: Floats, mean: Floats) -> str:
        """With an int8 product the bias makes up for what the rounding of the rows does to the `mean` of the input."""
        if self._seen is None:
            product = self._node("MatMul", [*source, self._constant(label + ".w", rows.T)], label + ".product")
            shift = self._constant(label + ".b", bias.astype(np.float32))
            return self._node("Add", [product, shift], label)
        scale = np.maximum(np.abs(rows).max(axis=1) / 127, 1e-9).astype(np.float32)
        quantised = np.clip(np.round(rows / scale[:, None]), -127, 127).astype(np.int8)
        weights, scales = self._constant(label + ".w", quantised.T), self._constant(label + ".s", scale)
        shift = self._constant(label + ".b", (bias + (rows - quantised * scale[:, None]) @ mean).astype(np.float32))
        inputs = [source[0], weights, source[1], scales, source[2], "", shift]
        return self._node("MatMulIntegerToFloat", inputs, label, domain=_CONTRIB)

    def _normal(self, at: str, states: str, skip: _States) -> _States:
        """Of `states` (which hold the shift of `skip`) and `skip` together."""
        total = self._node("Add", [states, skip.scaled], at + ".sum")
        normal = self._node(
            "InstanceNormalization", [total, "ones", "zeros"], at + ".normal", epsilon=self._weights.epsilon
        )
        scale, shift = self._weights.vector(at + ".w"), self._weights.vector(at + ".b")
        scaled = self._node("Mul", [normal, self._constant(at + ".w", scale)], at + ".scaled")
        return _States(normal, scaled, scale, shift)

    def _constant(self, name: str, values: NDArray[np.int8] | Floats) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _node(self, kind: str, inputs: list[str], output: str, *, domain: str = "", **attributes: Any) -> str:
        self._nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output


def _plain(name: str, width: int) -> _States:
    return _States(name, name, np.ones(width, np.float32), np.zeros(width, np.float32))


def _turned(turn: Floats, linear: _Linear) -> _Linear:
    """The product of which each head gives the directions of `turn` (heads, directions, head size)."""
    rows, bias = linear
    heads, kept, size = turn.shape
    turned = np.einsum("hds,hsc->hdc", turn, rows.reshape(heads, size, -1)).reshape(heads * kept, -1)
    return turned, np.einsum("hds,hs->hd", turn, bias.reshape(heads, size)).reshape(-1)
