"""What a run would cost, against hand-worked numbers and against what a run really asks."""

from dataclasses import replace
from pathlib import Path

import pytest

from blindspot.core.errors import ConfigError, StageError
from blindspot.core.model import ModelSettings
from blindspot.core.training_set import PlanCell
from blindspot.settings import load
from generation import calls, typical
from generation.agent import AgentSettings, AgentsSettings
from generation.dry_run import dry_run
from generation.gate import AloneGate, gates
from generation.source import SourceSettings
from generation.stage import generate

GROUNDING = Path(__file__).parents[2] / "examples" / "grounding-sft" / "config.toml"
PRESENCE, COUNTING = "presence/geometric", "counting/geometric"


def asked(model: str, prices: tuple[float, float] | None, max_tokens: int = 100) -> AgentSettings:
    settings = ModelSettings(
        backend="openai_api", model=model, base_urls=("http://127.0.0.1:9/v1",), prices=prices
    )
    return AgentSettings(model=settings, max_tokens=max_tokens)


def staffed(**changes: object) -> AgentsSettings:
    plain = {
        "planner": asked("p", (0, 0)),
        "writer": asked("w", (1.0, 3.0), 500),
        "solvers": (asked("s1", (0, 2.0)), asked("s2", (0, 0))),
        "validator": asked("v", (0, 0)),
    }
    return AgentsSettings.model_validate({**plain, **changes})


def of_a_pool(kit, **changes: object):
    plain = {
        "sources": (SourceSettings(plugin="pool"),),
        "agents": staffed(),
        "max_attempts": 3,
        "validation_share": 0,
        "unanswerable_share": 0,
    }
    return kit.settings(**{**plain, **changes})


def inputs_of(kit, world, *shares):
    inputs = world.inputs(kit.diagnosis(*shares))
    return replace(inputs, policy=asked("m", (0, 1.0)).model)


def test_calls_tokens_and_money_by_hand(kit, world):
    """10 slots, 3 attempts; topics for 8 slots and 3 attempts at a time. A probe asks 1 to 12
    times, twice where a reply must be repaired.
    """
    found = dry_run(of_a_pool(kit), inputs_of(kit, world, kit.share("counting/natural_scene", 10)))
    rows = {x.role: x for x in found.loads}
    counts = {role: (x.calls_least, x.calls_worst) for role, x in rows.items()}
    assert counts == {
        "planner": (2, 4),
        "writer": (10, 60),
        "solver 1": (30, 1500),
        "solver 2": (10, 60),
        "validator": (10, 60),
        "policy": (40, 240),
    }
    cell = PlanCell(
        name="counting/natural_scene",
        split="train",
        want=kit.share("counting/natural_scene", 10),
        quota=10,
        brief="weak",
    )
    prompt = typical.text_bytes(cell, "writer") + 2000
    assert rows["writer"].tokens_worst == 60 * (prompt + 500)
    assert rows["writer"].cost_worst == pytest.approx(60 * (prompt + 3 * 500) / 1e6)
    assert rows["solver 1"].cost_worst == pytest.approx(1500 * 100 * 2 / 1e6)
    assert rows["policy"].cost_worst == pytest.approx(240 * 8 / 1e6)
    whole = sum(x.cost_worst or 0 for x in found.loads)
    assert found.cost_worst == pytest.approx(whole)
    assert found.at_most == pytest.approx(whole)


def test_budgets_cap_what_can_be_spent(kit, world):
    inputs = inputs_of(
        kit, world, kit.share("counting/natural_scene", 10), kit.share("ocr/text_dense", 10)
    )
    free = dry_run(of_a_pool(kit), inputs)
    writer = next(x.cost_worst or 0 for x in free.loads if x.role == "writer")
    capped = dry_run(of_a_pool(kit, role_budgets={"writer": writer / 2}), inputs)
    assert capped.cost_worst == free.cost_worst
    assert capped.at_most == pytest.approx((free.cost_worst or 0) - writer / 2)
    assert dry_run(of_a_pool(kit, cell_budget=0.01), inputs).at_most == pytest.approx(0.02)
    assert dry_run(of_a_pool(kit, cell_budget=0.01, budget=0.005), inputs).at_most == 0.005


def test_an_unknown_price(kit, world):
    inputs = inputs_of(kit, world, kit.share("counting/natural_scene", 10))
    unpriced = staffed(planner=asked("p", None))
    found = dry_run(of_a_pool(kit, agents=unpriced), inputs)
    assert (found.cost_worst, found.at_most) == (None, None)
    assert [x.role for x in found.loads if x.cost_worst is None] == ["planner"]
    with pytest.raises(ConfigError, match=r"generation\.agents\.planner\.model\.prices"):
        dry_run(of_a_pool(kit, agents=unpriced, budget=1.0), inputs)


def test_a_role_that_nobody_fills(kit, world):
    inputs = inputs_of(kit, world, kit.share("counting/natural_scene", 10))
    with pytest.raises(ConfigError, match=r"generation\.agents\.writer"):
        dry_run(of_a_pool(kit, agents=staffed(writer=None)), inputs)


def test_who_makes_what(kit, world):
    """The first source that can; a cell that nothing makes asks nobody."""
    sources = (SourceSettings(size=48), SourceSettings(plugin="pool", capabilities=("ocr",)))
    shares = [
        kit.share(PRESENCE, 5),
        kit.share("ocr/natural_scene", 3),
        kit.share("driving/map", 2),
    ]
    found = dry_run(of_a_pool(kit, sources=sources), inputs_of(kit, world, *shares))
    drawn, pooled, lost = found.cells
    assert (drawn.source, drawn.roles) == ("programmatic [0]", ("policy",))
    assert pooled.source == "pool [1]"
    assert pooled.roles[:2] == ("planner", "writer")
    assert (lost.source, lost.roles, lost.quota) == (None, (), 2)
    assert {x.role: x.calls_least for x in found.loads}["writer"] == 3


def test_negatives_are_asked_too(kit, world):
    inputs = inputs_of(kit, world, kit.share(PRESENCE, 5))
    settings = kit.settings(
        difficulty={"enabled": False},
        unanswerable_share=0,
        negatives={"samples": 100, "distortions": ("mask", "swap"), "max_tokens": 50},
    )
    load = dry_run(settings, inputs).loads[0]
    assert (load.role, load.calls_least, load.calls_worst) == ("policy", 0, 10)


def test_a_model_that_repaints(kit, world):
    """A picture at most for each candidate, at the price of a picture; editing is by lot."""
    paint = {"base_url": "http://127.0.0.1:9/v1", "model": "painter-1"}
    changes = {
        "sources": (SourceSettings(plugin="pool", edit_share=0.5),),
        "agents": staffed(image_editor=asked("e", (0, 0))),
    }
    inputs = inputs_of(kit, world, kit.share("counting/natural_scene", 10))
    found = dry_run(of_a_pool(kit, repaint={**paint, "price": 0.04}, **changes), inputs)
    rows = {x.role: x for x in found.loads}
    assert (rows["image_editor"].calls_least, rows["image_editor"].calls_worst) == (0, 60)
    assert (rows["repaint"].calls_worst, rows["repaint"].model) == (30, "painter-1")
    assert rows["repaint"].cost_worst == pytest.approx(1.2)
    with pytest.raises(ConfigError, match=r"generation\.repaint\.price"):
        dry_run(of_a_pool(kit, repaint=paint, budget=1.0, **changes), inputs)


def test_a_large_drawing_counts_its_patches(kit, world):
    inputs = inputs_of(kit, world, kit.share(PRESENCE, 1))
    settings = kit.settings(
        sources=(SourceSettings(size=1400),), validation_share=0, unanswerable_share=0
    )
    load = dry_run(settings, inputs).loads[0]
    assert load.tokens_worst / load.calls_worst > 100 * 100


def test_a_real_run_asks_no_more_and_no_less(kit, world):
    inputs = inputs_of(kit, world, kit.share(PRESENCE, 8), kit.share(COUNTING, 4))
    load = dry_run(kit.settings(), inputs).loads[0]
    assert not (world.root / "ledger.sqlite").exists()
    policy = kit.policy()
    generate(kit.settings(), inputs, world.root / "set", lambda: policy)
    assert load.role == "policy"
    assert load.calls_least <= policy.asked <= load.calls_worst


def test_every_gate_says_how_often_it_asks_or_needs_nobody(kit):
    loaded = {name: gates.load(name) for name in gates.names()}
    silent = {n for n, gate in loaded.items() if not isinstance(gate, calls.GateCalls)}
    assert silent == {"answer_shape", "decontamination", "licence", "safe_decode", "verification"}
    assert all(isinstance(loaded[n], AloneGate) for n in silent)
    cell = kit.cell("counting/natural_scene")
    roles = {c.role for c in calls.of_gates(of_a_pool(kit), cell, SourceSettings(plugin="pool"))}
    assert roles == {"solver", "validator", "policy"}


def test_a_gate_that_does_not_say_is_named(kit, monkeypatch):
    class Silent:
        cost = 1

        def guards(self, cell):
            return True

        def enabled(self, settings):
            return True

    monkeypatch.setattr(calls.gates, "load", lambda name: Silent())
    with pytest.raises(StageError, match="does not say how often"):
        calls.of_gates(of_a_pool(kit), kit.cell("a/b"), SourceSettings(plugin="pool"))


def test_the_example_with_own_answers(kit, world):
    """One answer each by the verifier `rule`; canaries keep their keys, so nobody is asked."""
    config = load(GROUNDING).generation
    cell = kit.share("localisation/geometric", 10)
    strong = [kit.rated("localisation/geometric", "strong")]
    inputs = world.inputs(kit.diagnosis(cell, categories=strong))
    found = dry_run(config, inputs)
    assert {c.split for c in found.cells} == {"train", "validation", "canary"}
    (load_,) = found.loads
    assert (load_.role, load_.model) == ("policy", "replay")
    assert (load_.calls_least, load_.calls_worst) == (10, 10 * config.max_attempts)


def test_own_answers_of_a_priced_model(kit, world, tmp_path):
    """Eight rollouts a question, of 100 tokens each, at that model's price and not the policy's."""
    path = tmp_path / "own.toml"
    path.write_text(
        'verifier = "self_consistency"\nmax_tokens = 100\n[model]\nbackend = "openai_api"\n'
        'model = "teacher"\nbase_urls = ["http://127.0.0.1:9/v1"]\nprices = [0.0, 3.0]\n'
    )
    changes = {"sources": (SourceSettings(plugin="own_answers", path=path),), "max_attempts": 1}
    inputs = inputs_of(kit, world, kit.share(PRESENCE, 5))
    found = dry_run(of_a_pool(kit, agents=AgentsSettings(), **changes), inputs)
    rows = {row.model: row for row in found.loads}
    assert {name: row.calls_worst for name, row in rows.items()} == {"teacher": 40, "m": 40}
    assert rows["teacher"].cost_worst == pytest.approx(40 * 100 * 3 / 1e6)
