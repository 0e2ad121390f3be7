"""Sentences that a template marks with a literal are translated when it is compiled, once a language (ADR 0012).

What is only known while a page is drawn (`_(variable)`, plurals) is looked up then, in the catalogue of the template's
own language; Flask-Babel would find out the language again for every sentence. Filters go to Flask-Babel as ever.
"""

from collections.abc import MutableMapping
from typing import Any

from flask import Flask
from flask.templating import Environment
from flask_babel import force_locale, get_translations
from jinja2 import Template, nodes, pass_environment
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer

from ekc.core.text import language

_GETTEXT = {"_", "gettext"}


class _Folding(NodeTransformer):
    """Puts the translation in the place of each `_("...")` and `{% trans %}`, its blanks still to be filled."""

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - Jinja's name
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.node.name not in _GETTEXT or node.dyn_args or node.dyn_kwargs:
            return node
        match node.args:
            case [nodes.Const(value=str(text))]:
                sentence = nodes.MarkSafeIfAutoescape(nodes.Const(get_translations().ugettext(text)))
                blanks = nodes.Dict([nodes.Pair(nodes.Const(one.key), one.value) for one in node.kwargs])
                # `%` as gettext does it: what is no markup is escaped on its way into the blank, and %% is a %.
                return nodes.Mod(sentence, blanks)
        return node


class _Compiler(CodeGenerator):
    """Compiles a template in the language of its environment."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802 - Jinja's name
        code = getattr(self.environment, "language", "")
        if code:
            with force_locale(code):
                node = _Folding().visit(node)
        super().visit_Template(node, frame)


class FoldingEnvironment(Environment):
    """Flask's environment of templates, and one more for each language, with the same filters and globals."""

    code_generator_class = _Compiler
    language = ""
    catalogue: Any  # of the language: gettext's translations

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._of_language: dict[str, FoldingEnvironment] = {}

    def get_template(
        self, name: str | Template, parent: str | None = None, globals: MutableMapping[str, Any] | None = None
    ) -> Template:
        """The template in the reader's language; what it extends and imports comes from the same environment."""
        if self.language:
            return super().get_template(name, parent, globals)
        code = language()
        if code not in self._of_language:
            self._of_language[code] = self.overlay()
            self._of_language[code].language = code
            self._of_language[code].catalogue = get_translations()
        return self._of_language[code].get_template(name, parent, globals)


@pass_environment
def _sentence(environment: FoldingEnvironment, text: str) -> str:
    translated: str = environment.catalogue.ugettext(text)
    return translated


@pass_environment
def _sentence_of_many(environment: FoldingEnvironment, one: str, many: str, n: int) -> str:
    translated: str = environment.catalogue.ungettext(one, many, n)
    return translated


def install(app: Flask) -> None:
    """Give templates the catalogue of their language; after Flask-Babel, which gives them its own way to it."""
    app.jinja_env.install_gettext_callables(_sentence, _sentence_of_many, newstyle=True)  # type: ignore[attr-defined]
