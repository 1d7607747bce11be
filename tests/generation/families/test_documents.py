"""Answers about tables, receipts, forms, calendars, monitors, shelves, reports and formulas, worked
out again from what the picture says.
"""

import datetime
import re
from decimal import Decimal

import pytest


def pairs(text: str) -> dict[str, str]:
    """`a=1 b=2` as a mapping."""
    return dict(item.split("=") for item in text.split() if "=" in item)


def table(content: str) -> dict[str, dict[str, str]]:
    lines = content.removeprefix("table ").split("; ")
    return {line.split()[0]: pairs(line) for line in lines}


@pytest.mark.parametrize("name", ["table_lookup", "table_sum"])
def test_tables(asked, name):
    for content, question, condition in asked(name):
        cells = table(content)
        row, listed = re.findall(r"units of (\w+) were sold on ([\w, ]+?)(?: together)?\?",
                                 question.text)[0]  # fmt: skip
        days = re.findall(r"[A-Z]\w+", listed)
        assert int(question.target) == sum(int(cells[row][day]) for day in days)
        assert question.names == tuple(f"{row} {day}" for day in days)
        if "terms" in condition:
            assert len(days) == int(condition["terms"])
        else:
            assert (len(cells) >= 7) == (condition["rows"] == "many")


def lines_of(content: str) -> tuple[dict[str, tuple[int, Decimal]], Decimal]:
    *lines, cash = content.removeprefix("receipt ").split("; ")
    bought = {}
    for line in lines:
        pieces, goods, _, each = line.split()
        bought[goods] = int(pieces), Decimal(each)
    return bought, Decimal(cash.split()[1])


def test_change_is_what_is_left_of_the_cash(asked):
    for content, question, condition in asked("receipt_change"):
        bought, cash = lines_of(content)
        total = sum(pieces * each for pieces, each in bought.values())
        assert Decimal(question.target) == cash - total > 0
        assert (len(bought) >= 6) == (condition["items"] == "many")


def test_a_line_of_a_receipt_is_pieces_times_price(asked):
    for content, question, _ in asked("receipt_item"):
        bought, _ = lines_of(content)
        (goods,) = re.findall(r"for (\w+) altogether", question.text)
        assert Decimal(question.target) == bought[goods][0] * bought[goods][1]


FIELDS = {
    "What is the invoice number?": "Invoice no.",
    "What is the order number?": "Order no.",
    "On what date was the invoice written? Give it as printed.": "Date",
    "When is the invoice due? Give the date as printed.": "Due",
    "Who is the customer?": "Customer",
    "What is the amount of the invoice?": "Amount",
    "What name is written on the card?": "Name",
    "What member number is written on the card?": "Member no.",
    "What locker is written on the card?": "Locker",
    "What date of birth is written on the card?": "Born",
    "Until what date is the card valid?": "Expires",
}


@pytest.mark.parametrize("name", ["invoice_field", "card_field"])
def test_fields(asked, name):
    for content, question, _ in asked(name):
        fields = dict(item.split("=") for item in content.split(" ", 1)[1].split("; "))
        assert question.target == fields[FIELDS[question.text]]


def test_weekdays(asked):
    for content, question, condition in asked("calendar_day"):
        year, month = map(int, re.findall(r"(\d{4})-(\d\d)", content)[0])
        day, named = re.findall(r"is (\d+) ([A-Z]\w+)", question.text)[0]
        ahead = condition["date"] == "next_month"
        year, month = (year + month // 12, month % 12 + 1) if ahead else (year, month)
        date = datetime.date(year, month, int(day))
        assert f"{date:%A}" == question.target
        assert f"{date:%B}" == named


def test_monitors(asked):
    for content, question, condition in asked("vital_monitor"):
        readings = dict(item.split() for item in content.removeprefix("monitor ").split("; "))
        label = {"heart_rate": "HR", "oxygen": "SpO2", "pressure": "NIBP", "respiration": "RESP",
                 "temperature": "TEMP"}[condition["sign"]]  # fmt: skip
        assert question.target == readings[label]


def test_shelves(asked):
    for content, question, _ in asked("shelf_prices"):
        prices = {k: Decimal(v) for k, v in pairs(content).items()}
        named = re.findall(r"(?:one|of) ([A-Z]\w+)", question.text)
        if packs := re.findall(r"do (\d) packs", question.text):
            assert Decimal(question.target) == int(packs[0]) * prices[named[0]]
        elif "together" in question.text:
            assert Decimal(question.target) == prices[named[0]] + prices[named[1]]
        else:
            assert Decimal(question.target) == prices[named[0]] - prices[named[1]] > 0


def test_reports_need_the_chart_and_the_text(asked):
    for content, question, _ in asked("report_page"):
        units = {month: int(n) for month, n in pairs(content).items()}
        (euros,) = re.findall(r" at (\d+);", content)
        months = re.findall(r"[A-Z][a-z]{2}\b", question.text.split(" bring in ")[1])
        assert int(question.target) == int(euros) * sum(units[month] for month in months)
        assert question.names[-1] == "price"


def value(tex: str, x: int) -> float:
    """What a formula is worth, read from its TeX."""
    text = re.sub(r"\\frac\{(.+)\}\{(.+)\}$", r"(\1)/(\2)", tex)
    text = re.sub(r"\\sqrt\{(.+?)\}(?= [+-]|$)", r"(\1)**0.5", text)
    text = re.sub(r"\^\{(\d)\}", r"**\1", text)
    text = re.sub(r"(\d)x", r"\1*x", text)
    assert re.fullmatch(r"[-+*/().\dx ]+", text)
    return eval(text, {"__builtins__": {}}, {"x": x})


def test_formulas_are_worth_their_value(asked):
    for content, question, _ in asked("formula_value"):
        (x,) = re.findall(r"x = (\d+)", question.text)
        assert value(content.split(" = ")[1], int(x)) == pytest.approx(int(question.target))


def test_coefficients(asked):
    powers = {"constant": 0, "coefficient of x ": 1, "squared": 2, "cubed": 3}
    for content, question, _ in asked("formula_coefficient"):
        tex = content.split(" = ")[1]
        wanted = max(p for word, p in powers.items() if word in question.text)
        found = {}
        for sign, number, letter, power in re.findall(
            r"([+-]?) ?(\d*)(x?)(?:\^\{(\d)\})?(?: |$)", tex
        ):
            if number or letter:
                factor = int(f"{sign}{number or 1}")
                found[int(power or 1) if letter else 0] = factor
        assert found[wanted] == int(question.target)
