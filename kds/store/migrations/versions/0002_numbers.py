"""Keep the numbers that sources give what they send."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("intakes", sa.Column("number", BIG, nullable=True))
