"""Which sales, buyers and lines a rule is for, as a document."""

from pydantic import Field

from loyalty.document.fields import Code, Codes, Document, Settings
from loyalty.program import ANY_LINE, ANYONE, Bespoke, Criteria, LineCriteria
from loyalty.sales import Channel


class BespokeDocument(Document):
    """A rule or criterion of an installed extension."""

    extension: Code = Field(description="The name under which the extension is installed.")
    settings: Settings = Field(
        default_factory=dict, description="What it is to know: texts and whole numbers by name."
    )

    def built(self, _: str = "") -> Bespoke:
        """The reference."""
        return Bespoke(name=self.extension, settings=self.settings)


class LineCriteriaDocument(Document):
    """Which lines: in every list that is written, one word must be the line's."""

    articles: Codes = Field(default=frozenset(), description="Article codes.")
    families: Codes = Field(default=frozenset(), description="The articles' families.")
    types: Codes = Field(default=frozenset(), description="The articles' types.")
    brands: Codes = Field(default=frozenset(), description="The articles' brands.")
    themes: Codes = Field(default=frozenset(), description="The articles' themes.")
    sets: Codes = Field(default=frozenset(), description='The sets ("ensembles") they are in.')
    groups: Codes = Field(default=frozenset(), description="The articles' groups.")
    except_themes: Codes = Field(
        default=frozenset(), description="Lines with one of these themes never fit."
    )

    def built(self) -> LineCriteria:
        """The criteria."""
        return LineCriteria(**dict(self)) if self.model_fields_set else ANY_LINE


class CriteriaDocument(Document):
    """Which sales and buyers: in every list that is written, one word must be theirs."""

    brands: Codes = Field(default=frozenset(), description="The shops' signs.")
    stores: Codes = Field(default=frozenset(), description="The stores where the sale is made.")
    channels: frozenset[Channel] = Field(
        default=frozenset(), description="How it is made: in the shop, on the web …"
    )
    price_codes: Codes = Field(
        default=frozenset(), description="The price list of the sale, else the customer's."
    )
    record_types: Codes = Field(default=frozenset(), description="The customer record's types.")
    towns: Codes = Field(default=frozenset(), description="The customer's towns.")
    departments: Codes = Field(default=frozenset(), description="The customer's departments.")
    regions: Codes = Field(default=frozenset(), description="The customer's regions.")
    countries: Codes = Field(default=frozenset(), description="The customer's countries.")
    themes: Codes = Field(
        default=frozenset(), description="The customer's themes, not the articles'."
    )
    tiers: Codes = Field(
        default=frozenset(), description="The customer's tier, by its id in `tiers`."
    )
    bespoke: tuple[BespokeDocument, ...] = Field(
        default=(), description="Criteria of extensions: each must agree."
    )

    def built(self) -> Criteria:
        """The criteria."""
        if not self.model_fields_set:
            return ANYONE
        bespoke = tuple(one.built() for one in self.bespoke)
        return Criteria(**{**dict(self), "bespoke": bespoke})


ALL_LINES = LineCriteriaDocument()
EVERYONE = CriteriaDocument()
