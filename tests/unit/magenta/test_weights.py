"""Variables of a checkpoint become the same weights, whoever named them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from services.magenta.weights import UnsupportedNetwork, Weights, read_weights

UNITS, INPUTS, CLASSES = 6, 10, 5
_CELL0 = "rnn/multi_rnn_cell/cell_0/attention_cell_wrapper"
TODAY = {
    f"{_CELL0}/kernel": (INPUTS + UNITS, INPUTS),
    f"{_CELL0}/bias": (INPUTS,),
    f"{_CELL0}/basic_lstm_cell/kernel": (INPUTS + UNITS, 4 * UNITS),
    f"{_CELL0}/basic_lstm_cell/bias": (4 * UNITS,),
    f"{_CELL0}/attention/attn_w": (1, 1, UNITS, UNITS),
    f"{_CELL0}/attention/attn_v": (UNITS,),
    f"{_CELL0}/attention/kernel": (2 * UNITS, UNITS),
    f"{_CELL0}/attention/bias": (UNITS,),
    f"{_CELL0}/attn_output_projection/kernel": (2 * UNITS, UNITS),
    f"{_CELL0}/attn_output_projection/bias": (UNITS,),
    "rnn/multi_rnn_cell/cell_1/basic_lstm_cell/kernel": (2 * UNITS, 4 * UNITS),
    "rnn/multi_rnn_cell/cell_1/basic_lstm_cell/bias": (4 * UNITS,),
    "fully_connected/weights": (UNITS, CLASSES),
    "fully_connected/biases": (CLASSES,),
}
IN_2016 = {
    "rnn/multi_rnn_cell/cell_": "RNN/MultiRNNCell/Cell",
    "attention_cell_wrapper": "AttentionCellWrapper",
    "attn_output_projection": "AttnOutputProjection/Linear",
    "basic_lstm_cell": "BasicLSTMCell/Linear",
    "/attention/attn_w": "/Attention/AttnW",
    "/attention/attn_v": "/Attention/AttnV",
    "/kernel": "/Matrix",
}
IN_2017 = {"/kernel": "/weights", "/bias": "/biases"}
# Attention around both layers: the query sees the cells and outputs of both.
_STACK = "rnn/attention_cell_wrapper"
AROUND_THE_STACK = {
    **{name.replace(_CELL0, _STACK): shape for name, shape in TODAY.items() if "lstm" not in name},
    f"{_STACK}/attention/kernel": (4 * UNITS, UNITS),
    f"{_STACK}/multi_rnn_cell/cell_0/basic_lstm_cell/kernel": (INPUTS + UNITS, 4 * UNITS),
    f"{_STACK}/multi_rnn_cell/cell_0/basic_lstm_cell/bias": (4 * UNITS,),
    f"{_STACK}/multi_rnn_cell/cell_1/basic_lstm_cell/kernel": (2 * UNITS, 4 * UNITS),
    f"{_STACK}/multi_rnn_cell/cell_1/basic_lstm_cell/bias": (4 * UNITS,),
}
_STACK_IN_2016 = {"rnn/attention": "RNN/attention", "multi_rnn_cell/cell_": "MultiRNNCell/Cell", **IN_2016}


def variables(shapes: Mapping[str, tuple[int, ...]] = TODAY) -> dict[str, NDArray[Any]]:
    draws = np.random.default_rng(1)
    return {name: draws.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


def renamed(names: dict[str, str], shapes: Mapping[str, tuple[int, ...]] = TODAY) -> dict[str, NDArray[Any]]:
    found = {}
    for name, value in variables(shapes).items():
        if not name.startswith("fully"):
            for new, old in names.items():
                name = name.replace(new, old)  # noqa: PLW2901 - one name after the other
        found[name] = value
    return found


def flat(weights: Weights) -> list[float]:
    values = [weights.output.kernel, weights.output.bias]
    for block in weights.blocks:
        for layer in block.layers:
            values += [layer.gates.kernel, layer.gates.bias]
        if block.attention:
            a = block.attention
            values += [a.merge.kernel, a.merge.bias, a.key, a.query.kernel, a.query.bias, a.score]
            values += [a.output.kernel, a.output.bias]
    return [float(x) for value in values for x in value.ravel()]


def test_sizes_follow_from_the_shapes() -> None:
    weights = read_weights(variables())
    assert (weights.input_size, weights.classes) == (INPUTS, CLASSES)
    assert [block.attention is not None for block in weights.blocks] == [True, False]
    assert [layer.units for layer in weights.layers] == [UNITS, UNITS]


@pytest.mark.parametrize("names", [IN_2016, IN_2017], ids=["2016", "2017"])
def test_older_names_mean_the_same(names: dict[str, str]) -> None:
    older = renamed(names)
    assert not set(older) & {name for name in TODAY if name.startswith("rnn")} - {
        name for name in TODAY if name.endswith(("attn_w", "attn_v"))
    }
    assert flat(read_weights(older)) == flat(read_weights(variables()))


@pytest.mark.parametrize("names", [{}, _STACK_IN_2016, IN_2017], ids=["2018", "2016", "2017"])
def test_attention_around_the_whole_stack_is_told_by_the_names(names: dict[str, str]) -> None:
    weights = read_weights(renamed(names, AROUND_THE_STACK))
    assert flat(weights) == flat(read_weights(variables(AROUND_THE_STACK)))
    [block] = weights.blocks
    assert [layer.units for layer in block.layers] == [UNITS, UNITS]
    assert (weights.input_size, weights.classes) == (INPUTS, CLASSES)
    for name, value in variables(AROUND_THE_STACK).items():
        lacking = renamed(names, {other: shape for other, shape in AROUND_THE_STACK.items() if other != name})
        with pytest.raises(UnsupportedNetwork):
            read_weights(lacking)
        if value.ndim > 1:
            with pytest.raises(UnsupportedNetwork):
                read_weights(variables(AROUND_THE_STACK) | {name: np.zeros((3, 3), np.float32)})


def test_bridged_layers_and_cells_without_a_forget_bias() -> None:
    cells = "rnn/multi_rnn_cell/cell_"
    shapes = {
        f"{cells}0/input_projection_wrapper/kernel": (INPUTS, UNITS),
        f"{cells}0/input_projection_wrapper/bias": (UNITS,),
        f"{cells}0/input_projection_wrapper/basic_lstm_cell/kernel": (2 * UNITS, 4 * UNITS),
        f"{cells}0/input_projection_wrapper/basic_lstm_cell/bias": (4 * UNITS,),
        **{name: shape for name, shape in TODAY.items() if "cell_1" in name or "fully" in name},
    }
    weights = read_weights(variables(shapes))
    assert [(block.residual, block.projection is not None) for block in weights.blocks] == [(True, True), (True, False)]
    assert (weights.input_size, weights.layers[0].forget_bias) == (INPUTS, 1)
    compatible = {name.replace("basic_lstm", "cudnn_compatible_lstm"): shape for name, shape in shapes.items()}
    assert {layer.forget_bias for layer in read_weights(variables(compatible)).layers} == {0}


def test_what_only_training_needs_is_passed_over() -> None:
    more = {f"{name}/Adam_1": value for name, value in variables().items()}
    more |= {"global_step": np.array(5), "beta1_power": np.array(0.1)}
    assert flat(read_weights(variables() | more)) == flat(read_weights(variables()))


@pytest.mark.parametrize("name", list(TODAY))
def test_each_missing_variable_is_noticed(name: str) -> None:
    rest = variables()
    del rest[name]
    with pytest.raises(UnsupportedNetwork):
        read_weights(rest)


@pytest.mark.parametrize("name", [name for name in TODAY if name.endswith(("kernel", "weights"))])
def test_each_wrong_shape_is_noticed(name: str) -> None:
    wrong = variables()
    wrong[name] = np.zeros((3, 3), np.float32)
    with pytest.raises(UnsupportedNetwork):
        read_weights(wrong)


def test_variables_of_another_network_are_refused() -> None:
    with pytest.raises(UnsupportedNetwork, match="gru"):
        read_weights(variables() | {"rnn/gru_cell/gates/kernel": np.zeros((2, 2))})
    with pytest.raises(UnsupportedNetwork):
        read_weights({})
    with pytest.raises(UnsupportedNetwork):
        read_weights({name: value for name, value in variables().items() if "fully" in name})
