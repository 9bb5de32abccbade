"""Builds the encoder's layers as an ONNX graph with dynamic int8 products (per-channel weights).

Before quantising, the spread of a product's input channels is evened out against its weights (SmoothQuant, Xiao et
al. 2023, exponent .7, spreads taken from a float run over the texts below): cosine to the float model rises from .997
to .999. Normalisation is written out in elementary operations: onnxruntime's own kernel takes three times as long on
this shape (evals/performance/encode_speed.py).
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from jumou.files import write_atomically
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


def build_graph(weights: E5Weights, tokens: Callable[[str], list[int]], path: Path) -> None:
    """Writes the graph to `path` in one step. Inputs: `states` (batch, tokens, hidden) and `lengths` (batch)."""
    spreads = _spreads(weights, [tokens(text) for text in _TYPICAL])
    write_atomically(path, _Graph(weights, spreads).model().SerializeToString())


def _spreads(weights: E5Weights, rows: Sequence[list[int]]) -> dict[str, Floats]:
    """The largest absolute value in each channel of every product's input, by that input's name."""
    graph = _Graph(weights, None)
    model = graph.model()
    wanted = [name for name in graph.inputs if name != _INPUT]
    del model.graph.output[:]
    model.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in wanted)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    largest: dict[str, Floats] = {}
    for row in rows:
        states, lengths = weights.embedded([row])
        found = session.run(wanted, {_INPUT: states, "lengths": lengths})
        for name, values in zip([_INPUT, *wanted], [states, *found], strict=True):
            spread = np.abs(values[0]).max(axis=0)
            largest[name] = np.maximum(largest[name], spread) if name in largest else spread
    return largest


class _Graph:
    """With `spreads` an int8 graph, without them a float one that remembers the inputs of its products."""

    def __init__(self, weights: E5Weights, spreads: Mapping[str, Floats] | None) -> None:
        self._weights = weights
        self._spreads = spreads
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self.inputs: dict[str, None] = {}
        self._axis = self._constant("axis", np.array([-1], np.int64))
        self._share = self._constant("share", np.array(1 / weights.shape.hidden, np.float32))
        self._epsilon = self._constant("epsilon", np.array(weights.epsilon, np.float32))

    def model(self) -> onnx.ModelProto:
        hidden = self._weights.shape.hidden
        states = _INPUT
        for layer in range(self._weights.shape.layers):
            states = self._layer(f"l{layer}.", states)
        graph = helper.make_graph(
            self._nodes,
            "e5",
            [
                helper.make_tensor_value_info(_INPUT, TensorProto.FLOAT, ["batch", "tokens", hidden]),
                helper.make_tensor_value_info("lengths", TensorProto.INT32, ["batch"]),
            ],
            [helper.make_tensor_value_info(states, TensorProto.FLOAT, ["batch", "tokens", hidden])],
            self._constants,
        )
        opsets = [helper.make_opsetid("", 18), helper.make_opsetid(_CONTRIB, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=9)

    def _layer(self, at: str, states: str) -> str:
        shape = self._weights.shape
        joined = self._product(at, ("q", "k", "v"), states, shape.hidden)
        sizes = self._constant(at + "sizes", np.array([shape.hidden] * 3, np.int64))
        parts = [at + "query", at + "key", at + "value"]
        self._nodes.append(helper.make_node("Split", [joined, sizes], parts, axis=2))
        attended = self._node(
            "MultiHeadAttention", [*parts, "", "lengths"], at + "attended", domain=_CONTRIB, num_heads=shape.heads
        )
        mixed = self._normal(at + "aln", self._product(at, ("ao",), attended, shape.hidden), states)
        inner = self._node("Gelu", [self._product(at, ("fi",), mixed, shape.hidden)], at + "gelu", domain=_CONTRIB)
        return self._normal(at + "oln", self._product(at, ("fo",), inner, shape.inner), mixed)

    def _product(self, at: str, names: tuple[str, ...], states: str, width: int) -> str:
        rows = np.concatenate([self._weights.matrix(f"{at}{name}.w", width) for name in names])
        label = at + "".join(names)
        bias = self._constant(label + ".b", np.concatenate([self._weights.vector(f"{at}{name}.b") for name in names]))
        self.inputs[states] = None
        if self._spreads is None:
            product = self._node("MatMul", [states, self._constant(label + ".w", rows.T)], label + ".product")
            return self._node("Add", [product, bias], label)
        spread = np.maximum(self._spreads[states], 1e-5)
        even = (spread**_EXPONENT / np.maximum(np.abs(rows).max(axis=0), 1e-5) ** (1 - _EXPONENT)).astype(np.float32)
        rows = rows * even
        scale = np.maximum(np.abs(rows).max(axis=1) / 127, 1e-9).astype(np.float32)
        quantised = np.clip(np.round(rows / scale[:, None]), -127, 127).astype(np.int8)
        evened = self._node("Mul", [states, self._constant(label + ".even", 1 / even)], label + ".in")
        inputs = [evened, self._constant(label + ".w", quantised.T), self._constant(label + ".s", scale), "", bias]
        return self._node("DynamicQuantizeMatMul", inputs, label, domain=_CONTRIB)

    def _normal(self, at: str, states: str, skip: str) -> str:
        total = self._node("Add", [states, skip], at + ".sum")
        mean = self._node("ReduceMean", [total, self._axis], at + ".mean")
        centred = self._node("Sub", [total, mean], at + ".centred")
        squares = self._node("ReduceSumSquare", [centred, self._axis], at + ".squares")
        variance = self._node("Mul", [squares, self._share], at + ".variance")
        safe = self._node("Add", [variance, self._epsilon], at + ".safe")
        deviation = self._node("Sqrt", [safe], at + ".deviation")
        normal = self._node("Div", [centred, deviation], at + ".normal")
        scaled = self._node("Mul", [normal, self._vector(at + ".w")], at + ".scaled")
        return self._node("Add", [scaled, self._vector(at + ".b")], at)

    def _vector(self, name: str) -> str:
        return self._constant(name, self._weights.vector(name))

    def _constant(self, name: str, values: NDArray[np.int64] | NDArray[np.int8] | Floats) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _node(self, kind: str, inputs: list[str], output: str, *, domain: str = "", **attributes: Any) -> str:
        self._nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output
