"""A table that is written with a decimal comma, words for what is missing, and dates with hours."""

from nntrain.config.table import Column, Table

TABLE = Table(
    columns=(
        Column(name="a number", kind="numeric"),
        Column(name="sure", kind="boolean", categories=("no", "yes")),
        Column(name="kind", kind="category", categories=('a "b"', "c;d", "é")),
        Column(name="when", kind="date", format="%d.%m.%Y %H:%M"),
        Column(name="price", kind="numeric", format="1.234,5 €"),
    ),
    missing=("?", "n/a"),
    separator=";",
    decimal=",",
)
LINES = (
    "id;kind; when ;price;a number;sure",
    '1;"a ""b""";29.02.2024 23:59;1.234,5 €;1,5;YES',
    "2; é ;1.7.1999 00:00;\u2212,5;-,25e1;no",
    '3;"c;d";31.12.2023 6:05;12.000\u00a0€; 7 ;maybe',
    "4;?;n/a;;;?",
    "5;other;01.01.1901 12:00;7€;+1e-3;Yes",
    "",
)
CSV = "\n".join(LINES)
