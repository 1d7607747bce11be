"""What a user can set about the pages."""

from typing import Annotated, Literal

from pydantic import Field

from blindspot.core.config import OPERATIONAL, OperationalInt, Settings


class ReportSettings(Settings):
    """`[report]`."""

    max_thumbnails: OperationalInt = Field(default=300, ge=0)
    """Pictures on one page, evidence of weaknesses first."""
    images: Annotated[Literal["embedded", "linked"], OPERATIONAL] = "embedded"
    """`linked`: thumbnails also lead to the pictures in full size, in a folder beside the page."""
    max_picture_bytes: OperationalInt = Field(default=10_000_000, ge=0)
    """Bytes of all pictures on one page, as they stand in it; fewer where it would pass 15 MB.
    Where they weigh more, all are made smaller; what is still too much is left out.
    """
    max_examples: OperationalInt = Field(default=24, ge=0)
    """Training samples shown, spread over the cells."""
    max_samples: OperationalInt = Field(default=240, ge=0)
    """Samples that a page opens one by one: the evidence of weaknesses always, then failed ones of
    every category and error stage in turn until there are so many.
    """
    max_text: OperationalInt = Field(default=2000, ge=1)
    """Characters shown of one completion."""
