"""The drawing of a network: each layer's shape is written where no bar is."""

import pandas as pd

from ui.training.network_diagram import network_diagram


def test_no_label_stands_beside_a_bar():
    kinds = {"Conv2D": 126, "MaxPooling2D": 63, "Dense": 1}
    rows = [
        {"layer": kind, "kind": kind, "output": f"{side} x {side}", "side": side}
        | {"channels": 64, "parameters": 9}
        for kind, side in kinds.items()
    ]
    figure = network_diagram(pd.DataFrame(rows))
    lowest = min(min(bar.y) for bar in figure.data)
    assert [label.text for label in figure.layout.annotations] == ["126x126", "63x63", "1x1"]
    assert all(label.y <= lowest and label.yshift < 0 for label in figure.layout.annotations)
