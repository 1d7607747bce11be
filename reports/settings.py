"""What a user can set about the pages."""

from pydantic import Field

from blindspot.core.config import OperationalInt, Settings


class ReportSettings(Settings):
    """`[report]`."""

    max_thumbnails: OperationalInt = Field(default=300, ge=0)
    """Pictures on one page, evidence of weaknesses first."""
    max_picture_bytes: OperationalInt = Field(default=8_000_000, ge=0)
    """Bytes of all pictures on one page, as they stand in it."""
    max_examples: OperationalInt = Field(default=24, ge=0)
    """Training samples shown, spread over the cells."""
    max_samples: OperationalInt = Field(default=240, ge=0)
    """Samples that a page opens one by one: the evidence of weaknesses always, then failed ones of
    every category and error stage in turn until there are so many.
    """
    max_text: OperationalInt = Field(default=2000, ge=1)
    """Characters shown of one completion."""
