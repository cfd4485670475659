"""The base case in NumPy, a loop over time and vectors over lives; or, as
"numba", a compiled loop over lives. Start-up and compilation are not counted."""
import json
import math
import sys
import time

import numpy as np

program, lives, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
merton = len(sys.argv) > 4 and sys.argv[4] == "merton"
sigma, target, low, high, fee, rate, threshold = 0.8, 3.0, 2.8, 3.2, 0.001, 0.05, 0.85
lam, jm, js = 10.0, -0.02, 0.06
dt = 1 / steps
drift = -sigma**2 / 2 * dt - (lam * math.expm1(jm + js * js / 2) * dt if merton else 0)
vol, growth = sigma * math.sqrt(dt), math.exp(rate * dt)


def numpy(lives, seed):
    rng = np.random.default_rng(seed)
    price, units, debt = np.ones(lives), np.full(lives, target), np.full(lives, target - 1)
    peak, worst, count, alive = np.ones(lives), np.zeros(lives), np.zeros(lives), np.ones(lives, bool)
    nav = np.ones(lives)
    for _ in range(steps):
        move = drift + vol * rng.standard_normal(lives)
        if merton:
            jumps = rng.poisson(lam * dt, lives)
            hit = np.nonzero(jumps)[0]
            if len(hit):
                move[hit] += jm * jumps[hit] + js * np.sqrt(jumps[hit]) * rng.standard_normal(len(hit))
        price *= np.exp(move)
        debt *= growth
        x = units * price
        alive &= x * threshold >= debt
        nav = x - debt
        lev = x / nav
        out = np.nonzero((lev < low) | (lev > high))[0]
        if len(out):
            s = np.where(lev[out] > high, -1.0, 1.0)
            trade = (target * nav[out] - x[out]) / (1 + s * fee * target)
            cost = fee * np.abs(trade)
            units[out] += trade / price[out]
            debt[out] += trade + cost
            nav[out] -= cost
            count[out] += 1
        np.maximum(peak, nav, out=peak)
        np.maximum(worst, 1 - nav / peak, out=worst)
    return nav, worst, count, alive


def loop(lives, seed, steps, merton, drift, vol, growth):
    np.random.seed(seed)
    navs, falls, counts, lived = np.ones(lives), np.zeros(lives), np.zeros(lives), np.ones(lives, np.bool_)
    for i in range(lives):
        price, units, debt, peak, worst, count, nav = 1.0, target, target - 1, 1.0, 0.0, 0, 1.0
        for _ in range(steps):
            move = drift + vol * np.random.standard_normal()
            if merton:
                for _ in range(np.random.poisson(lam * dt)):
                    move += np.random.normal(jm, js)
            price *= math.exp(move)
            debt *= growth
            x = units * price
            if x * threshold < debt:
                lived[i] = False
                break
            nav = x - debt
            lev = x / nav
            if lev < low or lev > high:
                s = -1.0 if lev > high else 1.0
                trade = (target * nav - x) / (1 + s * fee * target)
                cost = fee * abs(trade)
                units += trade / price
                debt += trade + cost
                nav -= cost
                count += 1
            peak = max(peak, nav)
            worst = max(worst, 1 - nav / peak)
        navs[i], falls[i], counts[i] = nav, worst, count
    return navs, falls, counts, lived


if program == "numba":
    from numba import njit

    compiled = njit(loop)
    compiled(1, 1, steps, merton, drift, vol, growth)
    start = time.process_time()
    nav, worst, count, alive = compiled(lives, 1, steps, merton, drift, vol, growth)
else:
    start = time.process_time()
    nav, worst, count, alive = numpy(lives, 1)
cpu = time.process_time() - start
with np.errstate(all="ignore"):
    log = np.log(nav[alive])
n = alive.sum()
print(json.dumps({
    "program": program, "ns": round(cpu * 1e9 / lives / steps, 4), "lives": lives, "liquidated": int((~alive).sum()),
    "log": [round(log.mean(), 6), round(log.std() / math.sqrt(n), 6)],
    "drawdown": [round(worst[alive].mean(), 6), round(worst[alive].std() / math.sqrt(n), 6)],
    "rebalances": round(float(count[alive].mean()), 3)}))
