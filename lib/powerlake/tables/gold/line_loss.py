"""gold.line_loss: what each transformer area loses, month by month, as recorded and with suspect meters moved."""

from dataclasses import replace

from powerlake.tables.model import PII, Column, Severity, Table, between, has_rows, unique
from powerlake.tables.parts import MONTH, RUN_ID
from powerlake.tables.types import BOOLEAN, DATE, DOUBLE, INT, STRING, array_of


def _energy(name: str, comment: str, *, nullable: bool = True) -> Column:
    """An area can be one customer's."""
    return Column(name, DOUBLE, comment, unit="kWh", pii=PII.INDIRECT, nullable=nullable)


LINE_LOSS = Table(
    "gold.line_loss",
    grain="one row per transformer area and month",
    key=("transformer_id", "month"),
    owner="grid operations",
    comment=(
        "Loss rate of each transformer area, (supplied − sold) ÷ supplied, with what of it rests on estimates and what "
        "the transformer's plate explains. Of part months, the days with a supply measurement"
    ),
    columns=(
        Column("transformer_id", STRING, "Transformer number", nullable=False),
        Column("feeder_id", STRING, "Feeder it hangs on"),
        Column("from_date", DATE, "First day compared", nullable=False),
        Column("to_date", DATE, "Last day compared", nullable=False),
        _energy("supplied_kwh", "Into the transformer, lost hours at the mean of the others", nullable=False),
        Column("supplied_known_share", DOUBLE, "Share of the hours with a measurement", unit="1", nullable=False),
        _energy("sold_kwh", "Through the meters that hang there, less what they fed in", nullable=False),
        _energy("estimated_kwh", "of it by estimated points and days", nullable=False),
        _energy("register_kwh", "of it by the registers, for days without a curve", nullable=False),
        Column("estimated_share", DOUBLE, "Estimated ÷ sold", unit="1"),
        Column("meters", INT, "Meters that hang there in the month", unit="1", nullable=False),
        Column(
            "unknown_meters", INT, "of them without any reading: their use counts as loss", unit="1", nullable=False
        ),
        Column("known_share", DOUBLE, "Share of meter-days with a curve", unit="1", nullable=False),
        _energy("loss_kwh", "Supplied less sold"),
        Column("loss_rate", DOUBLE, "Loss ÷ supplied; null where nothing was supplied", unit="1"),
        Column(
            "suspect_meters",
            INT,
            "Meters that gold.topology_suspects suspects here, recorded or in truth, and whose move mends the losses",
            unit="1",
            nullable=False,
        ),
        _energy("loss_if_moved_kwh", "Loss if those meters hung where they are held to"),
        Column("loss_rate_if_moved", DOUBLE, "The same ÷ supplied; it is what is judged", unit="1"),
        Column(
            "doubt_rate",
            DOUBLE,
            "Standard deviation of the rate for estimates, errors of meters and of the plate's loss",
            unit="1",
        ),
        _energy("technical_kwh", "Loss that the plate and the wires explain; null without a rated power"),
        Column("technical_rate", DOUBLE, "The same ÷ supplied", unit="1"),
        _energy("unexplained_kwh", "Loss if moved, beyond the technical: theft, faults, unread meters"),
        Column("usual_rate", DOUBLE, "Median rate (if moved) of the months before; null with too few", unit="1"),
        Column("usual_spread", DOUBLE, "Spread of the same, as a standard deviation", unit="1"),
        Column("place", INT, "Place among the month's areas by unexplained loss, 1 the most", unit="1", nullable=False),
        Column("is_outlier", BOOLEAN, "Stands out by one of the reasons", nullable=False),
        Column(
            "reasons",
            array_of(STRING),
            "Why: above_its_history, above_technical_loss, more_sold_than_supplied; null when none",
        ),
        RUN_ID,
        replace(MONTH, comment="Local month, YYYY-MM"),
    ),
    checks={
        "supplied_known_in_range": "supplied_known_share > 0 and supplied_known_share <= 1",
        "known_in_range": "known_share between 0 and 1",
    },
    expectations=(
        has_rows(severity=Severity.WARN),
        unique("transformer_id", "month"),
        between("loss_rate", -0.5, 0.5, mostly=0.9, severity=Severity.WARN),
    ),
    partitioned_by=("month",),
    freshness_hours=36,
)
