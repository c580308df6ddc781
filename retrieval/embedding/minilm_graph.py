"""all-MiniLM-L6-v2 as an ONNX graph, written out from its weights.

The weights come as safetensors, for PyTorch.  Drawing the six BERT layers by hand with
``onnx`` alone keeps PyTorch out, and lets mean pooling and the L2 norm be part of the
graph, so that one call turns token ids into finished sentence vectors.

The architecture is BERT's (Devlin et al. 2019, post-norm, erf GELU) in the shape of
Wang et al. 2020 (MiniLM); pooling is Sentence-BERT's (Reimers & Gurevych 2019).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, checker, helper, numpy_helper

if TYPE_CHECKING:
    from onnx import ModelProto, NodeProto

OPSET: Final = 17
"""The first operator set with ``LayerNormalization``."""
IR_VERSION: Final = 9

LAYERS: Final = 6
HEADS: Final = 12
WIDTH: Final = 384
HEAD_WIDTH: Final = WIDTH // HEADS
LAYER_NORM_EPSILON: Final = 1e-12
MASKED: Final = -1e9
"""Added to the attention score of padding: exp of it is 0 in float32."""

Attribute = float | Sequence[int]
Weights = Mapping[str, npt.NDArray[np.float32]]


@dataclass
class _Graph:
    """Collects nodes and constants; every value is known by its name."""

    weights: Weights
    nodes: list[NodeProto] = field(default_factory=list)
    constants: dict[str, TensorProto] = field(default_factory=dict)

    def apply(
        self, op: str, *inputs: str, output: str | None = None, **attributes: Attribute
    ) -> str:
        name = output or f"{op}_{len(self.nodes)}"
        node = helper.make_node(op, list(inputs), [name], name=f"node_{name}")
        node.attribute.extend(helper.make_attribute(*item) for item in attributes.items())
        self.nodes.append(node)
        return name

    def constant(self, name: str, value: npt.NDArray[Any]) -> str:
        self.constants[name] = numpy_helper.from_array(np.ascontiguousarray(value), name)
        return name

    def number(self, name: str, value: float) -> str:
        return self.constant(name, np.array(value, np.float32))

    def integers(self, name: str, *values: int) -> str:
        return self.constant(name, np.array(values, np.int64))

    def weight(self, name: str) -> str:
        return self.constant(name, self.weights[name])


def build_model(weights: Weights) -> ModelProto:
    """Returns the checked ONNX model for the weights of all-MiniLM-L6-v2.

    Inputs: ``input_ids`` and ``attention_mask``, int64, batch × length (both dynamic,
    length at most 512).  Outputs, float32: ``embedding``, batch × 384, rows of length 1, and
    ``tokens``, batch × length × 384, the last hidden layer.

    Args:
        weights: the tensors of ``model.safetensors`` by their names.

    Raises:
        KeyError: a tensor is missing.
    """
    graph = _Graph(weights)
    mask = graph.apply("Cast", "attention_mask", to=TensorProto.FLOAT)
    attention_bias = _attention_bias(graph, mask)
    hidden = _embeddings(graph)
    for layer in range(LAYERS):
        prefix = f"encoder.layer.{layer}"
        hidden = _attention(graph, hidden, attention_bias, f"{prefix}.attention")
        hidden = _feed_forward(graph, hidden, prefix)
    pooled = _mean_pooling(graph, hidden, mask)
    graph.apply("LpNormalization", pooled, output="embedding", axis=1, p=2)
    graph.apply("Identity", hidden, output="tokens")
    return _finished(graph)


def _embeddings(graph: _Graph) -> str:
    """Word + position + token type; the type is always 0, so its row joins the positions."""
    words = graph.apply("Gather", graph.weight("embeddings.word_embeddings.weight"), "input_ids")
    table = graph.constant(
        "positions",
        graph.weights["embeddings.position_embeddings.weight"]
        + graph.weights["embeddings.token_type_embeddings.weight"][0],
    )
    shape = graph.apply("Shape", "input_ids")
    length = graph.apply("Slice", shape, graph.integers("i1", 1), graph.integers("i2", 2))
    positions = graph.apply("Slice", table, graph.integers("i0", 0), length, "i0")
    return _layer_norm(graph, graph.apply("Add", words, positions), "embeddings.LayerNorm")


def _attention_bias(graph: _Graph, mask: str) -> str:
    """0 for tokens and a large negative number for padding, batch × 1 × 1 × length."""
    wide = graph.apply("Unsqueeze", mask, graph.integers("axes_1_2", 1, 2))
    padding = graph.apply("Sub", graph.number("f1", 1.0), wide)
    return graph.apply("Mul", padding, graph.number("masked", MASKED))


def _attention(graph: _Graph, hidden: str, bias: str, prefix: str) -> str:
    """Multi-head self-attention with its output projection, residual and norm."""
    split = graph.integers("split_heads", 0, 0, HEADS, HEAD_WIDTH)
    query = _heads(graph, hidden, split, f"{prefix}.self.query", order=(0, 2, 1, 3))
    # Keys come out transposed already, as query × keyᵀ wants them.
    key = _heads(graph, hidden, split, f"{prefix}.self.key", order=(0, 2, 3, 1))
    value = _heads(graph, hidden, split, f"{prefix}.self.value", order=(0, 2, 1, 3))
    scale = graph.number("scale", 1.0 / math.sqrt(HEAD_WIDTH))
    scores = graph.apply("Mul", graph.apply("MatMul", query, key), scale)
    shares = graph.apply("Softmax", graph.apply("Add", scores, bias), axis=-1)
    context = graph.apply("Transpose", graph.apply("MatMul", shares, value), perm=[0, 2, 1, 3])
    merged = graph.apply("Reshape", context, graph.integers("merge_heads", 0, 0, WIDTH))
    projected = _linear(graph, merged, f"{prefix}.output.dense")
    return _layer_norm(graph, graph.apply("Add", projected, hidden), f"{prefix}.output.LayerNorm")


def _heads(graph: _Graph, hidden: str, split: str, prefix: str, *, order: tuple[int, ...]) -> str:
    projected = graph.apply("Reshape", _linear(graph, hidden, prefix), split)
    return graph.apply("Transpose", projected, perm=list(order))


def _feed_forward(graph: _Graph, hidden: str, prefix: str) -> str:
    """Two linear maps with GELU between them, residual and norm."""
    wide = _gelu(graph, _linear(graph, hidden, f"{prefix}.intermediate.dense"))
    narrow = _linear(graph, wide, f"{prefix}.output.dense")
    return _layer_norm(graph, graph.apply("Add", narrow, hidden), f"{prefix}.output.LayerNorm")


def _gelu(graph: _Graph, x: str) -> str:
    """GELU, x · (1 + erf(x / √2)) / 2, in the order of operations that ORT fuses."""
    error = graph.apply("Erf", graph.apply("Div", x, graph.number("sqrt2", math.sqrt(2.0))))
    doubled = graph.apply("Mul", x, graph.apply("Add", error, graph.number("f1", 1.0)))
    return graph.apply("Mul", doubled, graph.number("half", 0.5))


def _linear(graph: _Graph, x: str, prefix: str) -> str:
    # PyTorch keeps output × input; MatMul wants input × output.
    weight = graph.constant(f"{prefix}.weight_T", graph.weights[f"{prefix}.weight"].T)
    return graph.apply("Add", graph.apply("MatMul", x, weight), graph.weight(f"{prefix}.bias"))


def _layer_norm(graph: _Graph, x: str, prefix: str) -> str:
    return graph.apply(
        "LayerNormalization",
        x,
        graph.weight(f"{prefix}.weight"),
        graph.weight(f"{prefix}.bias"),
        axis=-1,
        epsilon=LAYER_NORM_EPSILON,
    )


def _mean_pooling(graph: _Graph, hidden: str, mask: str) -> str:
    """The mean over the tokens that are not padding; every text has at least two."""
    column = graph.apply("Unsqueeze", mask, graph.integers("axis_2", 2))
    axis = graph.integers("axis_1", 1)
    total = graph.apply("ReduceSum", graph.apply("Mul", hidden, column), axis, keepdims=0)
    count = graph.apply("ReduceSum", column, axis, keepdims=0)
    return graph.apply("Div", total, count)


def _finished(graph: _Graph) -> ModelProto:
    shape = ["batch", "length"]
    model = helper.make_model(
        helper.make_graph(
            graph.nodes,
            "all-MiniLM-L6-v2",
            [
                helper.make_tensor_value_info("input_ids", TensorProto.INT64, shape),
                helper.make_tensor_value_info("attention_mask", TensorProto.INT64, shape),
            ],
            [
                helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", WIDTH]),
                helper.make_tensor_value_info("tokens", TensorProto.FLOAT, [*shape, WIDTH]),
            ],
            list(graph.constants.values()),
        ),
        opset_imports=[helper.make_opsetid("", OPSET)],
    )
    model.ir_version = IR_VERSION
    checker.check_model(model)
    return model
