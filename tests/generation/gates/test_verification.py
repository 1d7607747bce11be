"""What a verifier decided becomes a verdict."""

from dataclasses import replace

from generation.gates.verification import CAUSE, EVIDENCE, PLUGIN, VERIFIED


def test_refused_answers_are_rejected_with_the_verifiers_evidence(kit, world):
    made = kit.candidate("color", "a")
    cases = [
        made,
        replace(made, attributes={VERIFIED: "yes", EVIDENCE: "3 of 4 rollouts agree"}),
        replace(made, attributes={VERIFIED: "no", EVIDENCE: "1 of 4 rollouts agree"}),
        replace(made, attributes={VERIFIED: "no", EVIDENCE: "too slow", CAUSE: "no answer"}),
        replace(made, attributes={VERIFIED: "no"}),
    ]
    proposals = [kit.proposal(each, f"train/x/{i}/0") for i, each in enumerate(cases)]
    verdicts = PLUGIN.open(kit.surroundings(world.folder)).judge(proposals)
    assert [v.admitted for v in verdicts] == [True, True, False, False, True]
    assert verdicts[2].evidence == "1 of 4 rollouts agree"
    assert [v.cause for v in verdicts[2:]] == ["", "no answer", ""]
    assert verdicts[4].evidence == verdicts[0].evidence, "an attribute of somebody else's data"


def test_it_judges_where_the_model_answers_itself_and_only_what_is_trained_on(kit):
    own = kit.settings(sources=[{"plugin": "own_answers", "path": "x.toml"}])
    assert PLUGIN.enabled(own)
    assert not PLUGIN.enabled(kit.settings())
    assert [PLUGIN.guards(kit.cell("a/b", split=s)) for s in ("train", "validation", "canary")] == [
        True,
        False,
        False,
    ]
