"""Labels read again give what labelling gave."""

from blindspot.core import taxonomy
from blindspot.core.run_folder import RunFolder
from diagnostics.labelling.labelling import as_labelled, label


def test_there_and_back(make, tmp_path) -> None:
    samples = [
        make.sample(0),
        make.sample(1, "unmapped", "mixed", question=""),
        make.sample(
            2,
            benchmark="mathvista",
            attributes={"metadata.skills": '["arithmetic reasoning", "geometry reasoning"]'},
        ),
    ]
    found = label(samples, taxonomy.load(None), RunFolder(tmp_path), None)
    assert found.several
    assert as_labelled(samples, found.labels) == found
