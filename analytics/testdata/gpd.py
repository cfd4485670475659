"""Generalised Pareto fits by SciPy, to hold FitTail against, with the profile
likelihood interval of the value exceeded with probability P of all values, of
which the excesses are half.

    python3 analytics/testdata/gpd.py > analytics/testdata/gpd.json
"""
import json

import numpy
import scipy.optimize
import scipy.stats

P = 0.001


def interval(y, c, s):
    """Where the best likelihood with that quantile is 1.92 below the best of all."""
    rate = 0.5 / P
    best = scipy.stats.genpareto.logpdf(y, c, 0, s).sum()

    def loss(q):
        def minus(shape):
            scale = q / (numpy.expm1(shape * numpy.log(rate)) / shape)
            return -scipy.stats.genpareto.logpdf(y, shape, 0, scale).sum()

        shapes = numpy.linspace(c - 0.6, c + 0.6, 241)  # the narrow top is found from a grid
        at = shapes[numpy.argmin([minus(x) for x in shapes])]
        r = scipy.optimize.minimize_scalar(minus, bounds=(at - 0.01, at + 0.01), method="bounded", options={"xatol": 1e-10})
        return best + r.fun - scipy.stats.chi2.ppf(0.95, 1) / 2

    q = s * numpy.expm1(c * numpy.log(rate)) / c
    return q, scipy.optimize.brentq(loss, q / 2, q), scipy.optimize.brentq(loss, q, 4 * q)


rows = []
for shape, scale, n in [(-0.3, 1, 300), (-0.05, 0.2, 100), (0.1, 2, 500), (0.4, 1, 200)]:
    p = (numpy.arange(n) + 0.5) / n
    y = scale * numpy.expm1(-shape * numpy.log1p(-p)) / shape
    c, _, s = scipy.stats.genpareto.fit(y, shape, floc=0, scale=scale)
    q, lo, hi = interval(y, c, s)
    rows.append({"Shape": shape, "Scale": scale, "N": n, "FitShape": c, "FitScale": s, "Q": q, "Lo": lo, "Hi": hi,
                 "Likelihood": float(scipy.stats.genpareto.logpdf(y, c, 0, s).sum())})
print(json.dumps(rows, indent=1))
