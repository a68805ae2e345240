"""What the bridge knows of itself reaches every display, in both languages (promise 3)."""

from __future__ import annotations

import asyncio
import resource
from pathlib import Path

from kds.wire.messages import Remark
from tests.bridge.conftest import StartBridge
from tests.bridge.harness import Running, order
from tests.unit.wall import Wall, wall


def about(shown: Wall, of: str) -> Remark | None:
    """Return what the bridge has said about something."""
    remarks = shown.link.session.condition.remarks
    return next((remark for remark in remarks if remark.of == of), None)


async def test_who_has_sent_something_is_told_with_its_time(
    shared: Running, tmp_path: Path
) -> None:
    async with wall(tmp_path, shared.displays) as shown:
        await asyncio.to_thread(shared.post, order(source="till-heard"))

        def heard() -> dict[str, int]:
            return dict(shown.link.session.condition.sources)

        await shown.until(lambda: "till-heard" in heard())
        now = shown.link.time()
        assert now is not None
        assert now - 60_000 < heard()["till-heard"] <= now + 5_000
        assert shown.link.session.condition.remarks == ()


async def test_a_refused_rule_file_is_named_with_its_line_and_what_runs_instead(
    start: StartBridge, tmp_path: Path
) -> None:
    bridge = start()
    bridge.end()
    broken = min(bridge.data.joinpath("rules").glob("*.yaml"))
    broken.write_text("nonsense: [1", "utf-8")
    again = start()
    async with wall(tmp_path / "wall", again.displays) as shown:
        await shown.until(lambda: about(shown, "rules"))
        said = about(shown, "rules")
        assert said is not None
        assert said.zh == "规则未启用"
        assert said.more_en.startswith(f"{broken.name}:")
        assert "running rules of" in said.more_en


async def test_a_paused_rule_is_said_until_somebody_resumes_it(
    start: StartBridge, tmp_path: Path
) -> None:
    bridge = start()
    async with wall(tmp_path / "wall", bridge.displays) as shown:
        await asyncio.to_thread(bridge.command, "pause_rule", rule="broth-first")
        await shown.until(lambda: about(shown, "paused"))
        said = about(shown, "paused")
        assert said is not None
        assert said.about == "broth-first"
        await asyncio.to_thread(bridge.command, "resume_rule", rule=said.about)
        await shown.until(lambda: about(shown, "paused") is None)


async def test_a_disk_that_takes_nothing_is_said_and_goes_away(
    start: StartBridge, tmp_path: Path
) -> None:
    """Fault 28: the banner is there while nothing can be kept, on screens too."""
    bridge = start()
    async with wall(tmp_path / "wall", bridge.displays) as shown:
        await shown.until(lambda: shown.link.session.book)
        unlimited = resource.RLIM_INFINITY
        resource.prlimit(bridge.process.pid, resource.RLIMIT_FSIZE, (4096, unlimited))
        await asyncio.to_thread(bridge.post, order())
        await shown.until(lambda: about(shown, "storage"))
        resource.prlimit(bridge.process.pid, resource.RLIMIT_FSIZE, (unlimited, unlimited))
        await asyncio.to_thread(bridge.post, order())
        await shown.until(lambda: about(shown, "storage") is None)
