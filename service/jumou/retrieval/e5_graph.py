"""Builds the twelve encoder layers as an ONNX graph with dynamic int8 products (per-channel weights).

Normalisation is written out in elementary operations: onnxruntime's own LayerNormalization kernel takes three times
as long on this shape (evals/performance/encode_speed.py).
"""

from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from jumou.files import write_atomically
from jumou.retrieval.e5_weights import E5Weights, Floats

_CONTRIB = "com.microsoft"


def build_graph(weights: E5Weights, path: Path) -> None:
    """Writes the graph to `path` in one step. Inputs: `states` (batch, tokens, hidden) and `lengths` (batch)."""
    write_atomically(path, _Graph(weights).model().SerializeToString())


class _Graph:
    def __init__(self, weights: E5Weights) -> None:
        self._weights = weights
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._axis = self._constant("axis", np.array([-1], np.int64))
        self._share = self._constant("share", np.array(1 / weights.shape.hidden, np.float32))
        self._epsilon = self._constant("epsilon", np.array(weights.epsilon, np.float32))

    def model(self) -> onnx.ModelProto:
        hidden = self._weights.shape.hidden
        states = "states"
        for layer in range(self._weights.shape.layers):
            states = self._layer(f"l{layer}.", states)
        graph = helper.make_graph(
            self._nodes,
            "e5",
            [
                helper.make_tensor_value_info("states", TensorProto.FLOAT, ["batch", "tokens", hidden]),
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
        bias = np.concatenate([self._weights.vector(f"{at}{name}.b") for name in names])
        scale = np.maximum(np.abs(rows).max(axis=1) / 127, 1e-9).astype(np.float32)
        quantised = np.clip(np.round(rows / scale[:, None]), -127, 127).astype(np.int8)
        label = at + "".join(names)
        inputs = [
            states,
            self._constant(label + ".w", quantised.T),
            self._constant(label + ".s", scale),
            "",
            self._constant(label + ".b", bias),
        ]
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

    def _node(self, kind: str, inputs: list[str], output: str, *, domain: str = "", **attributes: int) -> str:
        self._nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output
