#!/usr/bin/env python3
"""Computes the numbers that RiskMetricsTests expects, with nothing of this project and nothing but Python's standard library.

    python3 tests/Agents.Tests/expected_risk.py

Every step is one that a spreadsheet has: = B3/B2-1, SUMPRODUCT, AVERAGE, STDEV.S, PERCENTILE.INC, a running MAX.
Fractions keep each price exact; only the square root and the last division are rounded.
"""
import csv
import json
import math
import pathlib
import statistics
from datetime import datetime
from fractions import Fraction

DATA = pathlib.Path(__file__).resolve().parents[2] / "data"


def prices():
    table = {}
    with open(DATA / "stocks.csv", newline="") as file:
        for row in csv.DictReader(file):
            month = datetime.strptime(row["date"], "%b %d %Y").strftime("%Y-%m")
            table.setdefault(row["symbol"], {})[month] = Fraction(row["price"])
    with open(DATA / "sp500-2000.csv", newline="") as file:
        for row in csv.DictReader(file):
            table.setdefault("SP500", {})[row["date"][:7]] = Fraction(row["adjclose"])
    return table


def percentile_inc(values, k):
    ordered = sorted(values)
    rank = k * (len(ordered) - 1)
    low = math.floor(rank)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (rank - low) * (ordered[high] - ordered[low])


def score(weights, risk_free):
    table = prices()
    months = sorted(set.intersection(*(set(table[s]) for s in weights)))
    returns = []
    for before, now in zip(months, months[1:]):
        returns.append(sum(Fraction(w) * (table[s][now] / table[s][before] - 1) for s, w in weights.items()))
    mean = sum(returns) / len(returns)
    volatility = statistics.stdev(returns) * math.sqrt(12)
    value, peak, drawdown = Fraction(1), Fraction(1), Fraction(0)
    for r in returns:
        value *= 1 + r
        peak = max(peak, value)
        drawdown = max(drawdown, 1 - value / peak)
    annual = float(mean * 12)
    return {
        "from": months[0],
        "to": months[-1],
        "observations": len(returns),
        "annualReturn": annual,
        "annualVolatility": float(volatility),
        "sharpeRatio": (annual - risk_free) / float(volatility),
        "valueAtRisk95": float(-percentile_inc(returns, Fraction(1, 20))),
        "maxDrawdown": float(drawdown),
    }


if __name__ == "__main__":
    port_abc = {"MSFT": "0.30", "AAPL": "0.25", "IBM": "0.20", "GOOG": "0.15", "AMZN": "0.10"}
    for name, weights in [("port-abc", port_abc), ("IBM", {"IBM": "1"}), ("half SP500, half MSFT", {"SP500": "0.5", "MSFT": "0.5"})]:
        print(name, json.dumps(score(weights, 0.02), indent=2))
