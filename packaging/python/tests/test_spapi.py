"""The wheel as its users install it, against the sandbox that it brings along."""

import csv
import datetime
import decimal
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request
from pathlib import Path

import spapi

HERE = Path(__file__).parent
BARE = HERE / "bare/bin"
ORDERS = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL"
SETTLEMENTS = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
TODAY = datetime.date.today()


def setUpModule() -> None:
    # The user's own settings would come before those of the sandbox.
    for name in [name for name in os.environ if name.startswith("SPAPI_")]:
        del os.environ[name]


def is_same(cell: str, value: object) -> bool:
    """Whether a value of a table is what a cell of the document says."""
    if value is None:
        return cell == ""
    if isinstance(value, bool):
        return cell.lower() == str(value).lower()
    if isinstance(value, (int, decimal.Decimal)):
        return decimal.Decimal(cell) == value
    if isinstance(value, datetime.datetime):
        return datetime.datetime.fromisoformat(cell.replace("Z", "+00:00")) == value
    return cell == value


class Tables(unittest.TestCase):
    def setUp(self) -> None:
        context = spapi.sandbox(limits="off", orders=80)
        self.env = context.__enter__().environment
        self.addCleanup(context.__exit__, None, None, None)
        self.start = TODAY - datetime.timedelta(days=60)
        self.end = TODAY - datetime.timedelta(days=1)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "orders.csv")
            times = [f"--from={self.start}", f"--to={self.end}"]
            spapi.run(["report", "get", ORDERS, "-m", "JP", *times, "-o", path], env=self.env)
            with open(path, encoding="utf-8-sig", newline="") as file:
                self.names, *self.cells = csv.reader(file)
        self.assertGreater(len(self.cells), 20)

    def assert_rows(self, names: "list[str]", rows: "list[dict[str, object]]") -> None:
        self.assertEqual(names, self.names)
        self.assertEqual(len(rows), len(self.cells))
        for row, cells in zip(rows, self.cells):
            for name, cell in zip(self.names, cells):
                self.assertTrue(is_same(cell, row[name]), f"{name}: {cell!r} became {row[name]!r}")

    def test_pandas(self) -> None:
        frame = spapi.report(ORDERS, marketplace="JP", start=self.start, end=self.end, env=self.env)
        self.assertEqual(type(frame).__module__.split(".")[0], "pandas")
        objects = frame.astype(object).where(frame.notna(), None)
        self.assert_rows(list(frame.columns), objects.to_dict("records"))

    def test_polars(self) -> None:
        frame = spapi.report(ORDERS, marketplace="JP", start=self.start, end=self.end, env=self.env, as_="polars")
        self.assertEqual(type(frame).__module__.split(".")[0], "polars")
        self.assert_rows(frame.columns, frame.to_dicts())

    def test_pyarrow(self) -> None:
        table = spapi.report(ORDERS, marketplace="JP", start=self.start, end=self.end, env=self.env, as_="pyarrow")
        self.assertEqual(type(table).__module__.split(".")[0], "pyarrow")
        self.assert_rows(table.column_names, table.to_pylist())

    def test_reports_that_exist_with_some_columns(self) -> None:
        columns = ["settlement-id", "amount"]
        table = spapi.report(
            SETTLEMENTS, marketplace=["JP"], existing=True, columns=columns, env=self.env, as_="pyarrow"
        )
        self.assertEqual(table.column_names, columns)
        self.assertGreater(table.num_rows, 0)

    def test_a_range_without_orders_is_an_empty_table(self) -> None:
        long_ago = datetime.datetime(2001, 1, 1, tzinfo=datetime.timezone.utc)
        later = long_ago + datetime.timedelta(days=1)
        table = spapi.report(ORDERS, marketplace="JP", start=long_ago, end=later, env=self.env, as_="pyarrow")
        self.assertEqual(table.num_rows, 0)


class Refusals(unittest.TestCase):
    def refused(self, type: str, **arguments: object) -> spapi.ProgramError:
        with self.assertRaises(spapi.ProgramError) as caught:
            spapi.report(type, **arguments)  # type: ignore[call-overload]
        return caught.exception

    def test_an_unknown_report_type(self) -> None:
        error = self.refused("GET_MERCHANT_LISTING_ALL_DATA", marketplace="JP", endpoint="embedded")
        self.assertEqual(error.exit_code, 2)
        self.assertIn("GET_MERCHANT_LISTING_ALL_DATA", error.message)
        self.assertIn("(exit code 2)", str(error))
        # It is not read as an option.
        self.assertIn("--version", self.refused("--version", marketplace="JP", endpoint="embedded").message)

    def test_credentials_stay_secret(self) -> None:
        with spapi.sandbox() as shop:
            env = {**shop.environment, "SPAPI_CLIENT_SECRET": "amzn1.oa2-cs.v1.the-secret"}
            error = self.refused(ORDERS, marketplace="JP", start="30d", env=env)
        self.assertEqual(error.exit_code, 3)
        for secret in ["the-secret", env["SPAPI_REFRESH_TOKEN"]]:
            self.assertNotIn(secret, repr(error) + str(error))

    def test_a_profile_that_does_not_exist(self) -> None:
        error = self.refused(ORDERS, marketplace="JP", start="30d", profile="no-such-profile")
        self.assertEqual(error.exit_code, 3)
        self.assertIn("no-such-profile", error.message)

    def test_a_time_without_a_zone(self) -> None:
        with self.assertRaisesRegex(ValueError, "start has no zone"):
            spapi.report(ORDERS, marketplace="JP", start=datetime.datetime(2026, 11, 1))

    def test_another_kind_of_table(self) -> None:
        with self.assertRaisesRegex(ValueError, "pandas, polars, pyarrow, and not 'numpy'"):
            spapi.report(ORDERS, as_="numpy")  # type: ignore[call-overload]


class Runs(unittest.TestCase):
    def test_output_and_input(self) -> None:
        self.assertTrue(spapi.run(["--version"]).startswith("spapi "))
        explained = spapi.run(["mws", "explain"], input="marketplace = A1VC38T7YXB528\n")
        self.assertIn("JP", explained)

    def test_notes_are_logged(self) -> None:
        with self.assertLogs("spapi", "INFO") as logged:
            spapi.run(["operations", "--search", "socks on the moon"])
        self.assertIn("no operation has all of these words", logged.output[0])

    def test_wrong_arguments(self) -> None:
        with self.assertRaises(spapi.ProgramError) as caught:
            spapi.run(["orders", "lst"])
        self.assertEqual(caught.exception.exit_code, 2)
        self.assertIn("list", caught.exception.message)
        with self.assertRaisesRegex(TypeError, "a list of texts"):
            spapi.run("orders list")

    def test_output_in_another_charset(self) -> None:
        with self.assertRaisesRegex(ValueError, "not UTF-8: write it into a file"):
            spapi.run(["report", "get", ORDERS, "-m", "JP", "--from", "20d", "-e", "embedded", "-f", "raw"])

    def test_a_timeout_ends_the_program(self) -> None:
        with self.assertRaises(subprocess.TimeoutExpired) as caught:
            spapi.run(["sandbox", "serve", "--port=0", "--seed=77"], timeout=0.3)
        self.assertNotIn("77", str(caught.exception))


class Sandboxes(unittest.TestCase):
    def test_each_has_a_port_of_its_own_until_its_block_ends(self) -> None:
        with spapi.sandbox(region="eu") as one, spapi.sandbox(seed=7, orders=5, arguments=["--draft"]) as other:
            self.assertNotEqual(one.url, other.url)
            for shop in [one, other]:
                with urllib.request.urlopen(shop.url + "/_sandbox") as answer:
                    self.assertEqual(answer.status, 200)
            orders = spapi.run(["orders", "list", "-m", "DE", "-f", "jsonl"], env=one.environment)
            self.assertGreater(len(orders.splitlines()), 5)
        for shop in [one, other]:
            with self.assertRaises(urllib.error.URLError):
                urllib.request.urlopen(shop.url + "/_sandbox")

    def test_it_ends_with_an_error_in_its_block(self) -> None:
        with self.assertRaisesRegex(ZeroDivisionError, "here"):
            with spapi.sandbox() as shop:
                raise ZeroDivisionError("here")
        with self.assertRaises(urllib.error.URLError):
            urllib.request.urlopen(shop.url)

    def test_one_that_cannot_start(self) -> None:
        with self.assertRaises(spapi.ProgramError) as caught, spapi.sandbox(limits="0"):
            self.fail("it has started")
        self.assertEqual(caught.exception.exit_code, 2)
        self.assertIn("--limits", caught.exception.message)


class Installations(unittest.TestCase):
    def python(self, program: Path, *arguments: str) -> "tuple[int, str]":
        ran = subprocess.run([str(program), *arguments], capture_output=True, text=True)
        return ran.returncode, ran.stdout + ran.stderr

    def test_the_program_is_on_the_path_and_in_the_module(self) -> None:
        version = spapi.run(["--version"]).strip()
        self.assertEqual(self.python(BARE / "spapi", "--version"), (0, version + "\n"))
        self.assertEqual(self.python(BARE / "python", "-m", "spapi", "--version"), (0, version + "\n"))
        code, said = self.python(BARE / "python", "-m", "spapi", "orders", "lst")
        self.assertEqual(code, 2, said)

    def test_a_library_that_is_not_installed(self) -> None:
        report = f"import spapi; spapi.report({ORDERS!r}, marketplace='JP', endpoint='embedded', as_=%r)"
        for as_, words in [
            ("pandas", "needs pandas and pyarrow, which are not installed: run `pip install pandas pyarrow`"),
            ("polars", "needs polars, which is not installed: run `pip install polars`"),
            ("pyarrow", "run `pip install pyarrow`"),
        ]:
            code, said = self.python(BARE / "python", "-c", report % as_)
            self.assertEqual(code, 1, said)
            self.assertIn(words, said)

    def test_a_program_that_is_missing(self) -> None:
        assert spapi.__file__ is not None
        with tempfile.TemporaryDirectory() as folder:
            shutil.copytree(Path(spapi.__file__).parent, Path(folder) / "spapi")
            begin = f"import sys; sys.path.insert(0, {folder!r}); import spapi; "
            # Without site-packages there is no record of an installation.
            code, said = self.python(Path(sys.executable), "-I", "-S", "-c", begin + "spapi.run(['--version'])")
            self.assertEqual(code, 1, said)
            self.assertIn("ProgramNotFoundError: the program spapi is missing from this installation", said)
            code, said = self.python(
                Path(sys.executable), "-I", "-S", "-c", begin + "import runpy; runpy.run_module('spapi')"
            )
            self.assertEqual((code, said.count("Traceback")), (1, 0), said)
            # As `pip install --target` lays it out.
            os.mkdir(Path(folder) / "bin")
            os.symlink(spapi.program(), Path(folder) / "bin/spapi")
            code, said = self.python(
                Path(sys.executable), "-I", "-S", "-c", begin + "print(spapi.run(['--version']))"
            )
            self.assertEqual(code, 0, said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
