"""The files and packages of the product, for the architecture tests."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
EKC = ROOT / "ekc"
TEMPLATES = ROOT / "templates"

#: Folders of `templates/` and `tests/` that mirror no feature.
TEMPLATE_FOLDERS = {"layout", "components"}
TEST_FOLDERS = {"stories", "architecture", "machines", "plugins", "security"}


def features() -> set[str]:
    """The packages in `ekc/`, core and workflow included."""
    return {folder.parent.name for folder in EKC.glob("*/__init__.py")}


def modules() -> list[Path]:
    """Every Python file of the product itself."""
    return sorted([*EKC.rglob("*.py"), ROOT / "config.py", ROOT / "wsgi.py"])


def templates() -> list[Path]:
    """Every template."""
    return sorted(path for path in TEMPLATES.rglob("*") if path.is_file())


def tracked() -> list[Path]:
    """Every file tracked by git."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]
