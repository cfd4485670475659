"""Metrics of real histories by NumPy, SciPy and pandas, to hold SeriesMetrics against.

Run from the top of the checkout, with the histories beside it:

    python3 analytics/testdata/series.py ../shared/data > analytics/testdata/series.json

The JSON names each file with its SHA-256, the column, the rows used and the
years between them. Nothing of the histories themselves is kept.
"""
import hashlib
import json
import sys

import numpy
import pandas
import scipy
import scipy.stats

SERIES = [  # file, column, years between rows
    ("btc_usd_1d.csv", "close", 1 / 365),
    ("eth_usd_1d.csv", "close", 1 / 365),
    ("eth_usdt_perp_1h.csv", "close", 1 / 8760),
    ("ftx_bull_1d.csv", "close", 1 / 365),
    ("ftx_bear_1d.csv", "close", 1 / 365),
    ("binance_btcup_4h.csv", "close", 1 / 2190),
    ("letf_daily.csv", "tqqq", 1 / 365),
    ("letf_daily.csv", "sqqq", 1 / 365),
]


def shortfall(losses, p):
    x = numpy.sort(losses)[::-1]
    tail = len(x) * p
    k = int(numpy.floor(tail))
    return (x[:k].sum() + (tail - k) * x[k]) / tail


def metrics(v, dt):
    r = v.pct_change().dropna()
    years = len(r) * dt
    total = v.iloc[-1] / v.iloc[0]
    cagr = total ** (1 / years) - 1
    gains, pains = r[r > 0].sum(), -r[r < 0].sum()
    below = numpy.sqrt((numpy.minimum(r, 0) ** 2).mean())
    peak = v.cummax()
    d = 1 - v / peak
    trough = int(d.to_numpy().argmax())
    top = int(v.to_numpy()[: trough + 1].argmax())
    # a tie of highest values: the peak is the last of them before the fall
    top = max(i for i in range(trough) if v.iloc[i] == v.iloc[top])
    back = [i for i in range(trough, len(v)) if v.iloc[i] >= v.iloc[top]]
    under = (d > 0).astype(int)
    spells = under.groupby((under != under.shift()).cumsum()).sum()
    ends_under = under.iloc[-1] == 1
    # a spell of k values below lasts k+1 steps from the peak to the value that reaches it, or k to the end
    longest = max([s + 1 for s in spells[:-1] if s > 0] + [spells.iloc[-1] if ends_under else 0])
    out = {
        "total_return": total - 1,
        "cagr": cagr,
        "log_growth": numpy.log(total) / years,
        "volatility": r.std() / numpy.sqrt(dt),
        "skewness": scipy.stats.skew(r, bias=False),
        "kurtosis": scipy.stats.kurtosis(r, bias=False),
        "sharpe": r.mean() / r.std() / numpy.sqrt(dt),
        "sortino": r.mean() / below / numpy.sqrt(dt),
        "omega": gains / pains,
        "gain_to_pain": r.sum() / pains,
        "tail_ratio": abs(numpy.quantile(r, 0.95)) / abs(numpy.quantile(r, 0.05)),
        "var_95": numpy.quantile(-r, 0.95),
        "es_95": shortfall(-r, 0.05),
        "var_99": numpy.quantile(-r, 0.99),
        "es_99": shortfall(-r, 0.01),
        "max_drawdown": d.max(),
        "drawdown_length": (trough - top) * dt,
        "drawdown_recovery": (back[0] - trough) * dt if back else None,
        "average_drawdown": d.mean(),
        "cdar_95": shortfall(d, 0.05),
        "ulcer": numpy.sqrt((d**2).mean()),
        "under_water": under.mean(),
        "longest_under": longest * dt,
        "calmar": cagr / d.max(),
    }
    return {k: None if x is None else float(x) for k, x in out.items()}


folder = sys.argv[1]
rows = []
for name, column, dt in SERIES:
    path = f"{folder}/{name}"
    v = pandas.read_csv(path)[column].dropna().reset_index(drop=True)
    digest = hashlib.sha256(open(path, "rb").read()).hexdigest()
    rows.append({"file": name, "sha256": digest, "column": column, "values": len(v), "dt": dt, "metrics": metrics(v, dt)})
json.dump({"numpy": numpy.__version__, "scipy": scipy.__version__, "pandas": pandas.__version__, "series": rows}, sys.stdout, indent=1)
print()
