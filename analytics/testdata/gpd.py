"""Generalised Pareto fits by SciPy, to hold FitTail against.

    python3 analytics/testdata/gpd.py > analytics/testdata/gpd.json
"""
import json

import numpy
import scipy.stats

rows = []
for shape, scale, n in [(-0.3, 1, 300), (-0.05, 0.2, 100), (0.1, 2, 500), (0.4, 1, 200)]:
    p = (numpy.arange(n) + 0.5) / n
    y = scale * numpy.expm1(-shape * numpy.log1p(-p)) / shape
    c, _, s = scipy.stats.genpareto.fit(y, shape, floc=0, scale=scale)
    rows.append({"Shape": shape, "Scale": scale, "N": n, "FitShape": c, "FitScale": s,
                 "Likelihood": float(scipy.stats.genpareto.logpdf(y, c, 0, s).sum())})
print(json.dumps(rows, indent=1))
