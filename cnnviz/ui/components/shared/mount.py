"""The way to make a component: its module, its style sheet and its name follow from the name of its folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from cnnviz.ui.components.shared import modules


def component(name: str, *styles: str, isolate_styles: bool = True) -> Callable[..., Any]:
    """Register the component of a folder; the result draws it, with the arguments of st.components.v2.

    Its module `<name>.js` builds what is seen inside an element whose class is the name, with hyphens.

    Args:
        name: of the folder, which holds `<name>.js` and `<name>.css`; Streamlit knows it as `cnnviz_<name>`.
        styles: style sheets of the folder `shared` that stand before its own.
        isolate_styles: whether neither the page's style sheets reach the component nor its own the page.
    """
    sheets = [*(f"shared/{style}.css" for style in styles), f"{name}/{name}.css"]
    draw = st.components.v2.component(
        f"cnnviz_{name}",
        html=f'<div class="{name.replace("_", "-")}"></div>',
        css="\n".join((modules.COMPONENTS / sheet).read_text("utf-8") for sheet in sheets),
        js=modules.loader(f"{name}/{name}.js"),
        isolate_styles=isolate_styles,
    )

    def mount(**arguments: Any) -> Any:
        modules.serve()
        return draw(**arguments)

    return mount
