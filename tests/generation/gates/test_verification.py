"""What a verifier decided becomes a verdict."""

from dataclasses import replace

from generation.gates.verification import EVIDENCE, PLUGIN, VERIFIED


def test_refused_answers_are_rejected_with_the_verifiers_evidence(kit, world):
    made = kit.candidate("color", "a")
    cases = [
        made,
        replace(made, attributes={VERIFIED: "yes", EVIDENCE: "3 of 4 rollouts agree"}),
        replace(made, attributes={VERIFIED: "no", EVIDENCE: "1 of 4 rollouts agree"}),
    ]
    proposals = [kit.proposal(each, f"train/x/{i}/0") for i, each in enumerate(cases)]
    verdicts = PLUGIN.open(kit.surroundings(world.folder)).judge(proposals)
    assert [v.admitted for v in verdicts] == [True, True, False]
    assert verdicts[2].evidence == "1 of 4 rollouts agree"


def test_it_judges_where_the_model_answers_itself_and_only_what_is_trained_on(kit):
    own = kit.settings(sources=[{"plugin": "own_answers", "path": "x.toml"}])
    assert PLUGIN.enabled(own)
    assert not PLUGIN.enabled(kit.settings())
    assert [PLUGIN.guards(kit.cell("a/b", split=s)) for s in ("train", "validation", "canary")] == [
        True,
        False,
        False,
    ]
