"""The base case in NumPy, a loop over time and vectors over lives; or, as
"numba", a compiled loop over lives. Equity, drawdown and count of trades, or with
"full" the record that mcrisk keeps. Start-up and compilation are not counted."""
import json
import math
import sys
import time

import numpy as np

program, lives, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
merton = len(sys.argv) > 4 and sys.argv[4] == "merton"
full = len(sys.argv) > 5 and sys.argv[5] == "full"
sigma, target, low, high, fee, rate, threshold = 0.8, 3.0, 2.8, 3.2, 0.001, 0.05, 0.85
lam, jm, js = 10.0, -0.02, 0.06
dt = 1 / steps
drift = -sigma**2 / 2 * dt - (lam * math.expm1(jm + js * js / 2) * dt if merton else 0)
vol, growth = sigma * math.sqrt(dt), math.exp(rate * dt)


class Falls:
    """The deepest fall of each life from its running peak: when, how long,
    whether and when it was made good, and the longest time under water."""

    def __init__(self, lives):
        self.peak, self.depth = np.ones(lives), np.zeros(lives)
        self.at, self.fell, self.trough, self.recovery, self.longest = (np.zeros(lives, np.int64) for _ in range(5))
        self.open = np.zeros(lives, bool)

    def visit(self, v, k):
        depth = 1 - v / self.peak
        high = np.nonzero(depth < 0)[0]
        if len(high):
            healed = high[self.open[high]]
            self.open[healed] = False
            self.recovery[healed] = k - self.trough[healed]
            self.longest[high] = np.maximum(self.longest[high], k - self.at[high])
            self.peak[high], self.at[high] = v[high], k
        low = np.nonzero(depth > self.depth)[0]
        if len(low):
            self.depth[low], self.fell[low] = depth[low], k - self.at[low]
            self.trough[low], self.open[low] = k, True


def numpy(lives, seed):
    rng = np.random.default_rng(seed)
    price, units, debt = np.ones(lives), np.full(lives, target), np.full(lives, target - 1)
    peak, worst, count, alive = np.ones(lives), np.zeros(lives), np.zeros(lives), np.ones(lives, bool)
    nav = np.ones(lives)
    if full:
        token, market = Falls(lives), Falls(lives)
        least, lowest, highest = np.ones(lives), np.full(lives, target), np.full(lives, target)
        turnover, qv, interests, fees, log_interest, log_fees = (np.zeros(lives) for _ in range(6))
    for k in range(1, steps + 1):
        move = drift + vol * rng.standard_normal(lives)
        if merton:
            jumps = rng.poisson(lam * dt, lives)
            hit = np.nonzero(jumps)[0]
            if len(hit):
                move[hit] += jm * jumps[hit] + js * np.sqrt(jumps[hit]) * rng.standard_normal(len(hit))
        if full:
            interest = debt * (growth - 1)
            interests -= interest
            log_interest += np.log1p(-interest / nav)
            qv += move * move
        price *= np.exp(move)
        debt *= growth
        x = units * price
        alive &= x * threshold >= debt
        nav = x - debt
        lev = x / nav
        out = np.nonzero((lev < low) | (lev > high))[0]
        if full:
            np.minimum(lowest, lev, out=lowest)
            np.maximum(highest, lev, out=highest)
        if len(out):
            s = np.where(lev[out] > high, -1.0, 1.0)
            trade = (target * nav[out] - x[out]) / (1 + s * fee * target)
            cost = fee * np.abs(trade)
            units[out] += trade / price[out]
            debt[out] += trade + cost
            if full:
                turnover[out] += np.abs(trade) / nav[out]
                fees[out] -= cost
                log_fees[out] += np.log1p(-cost / nav[out])
            nav[out] -= cost
            count[out] += 1
        if full:
            np.minimum(least, nav, out=least)
            token.visit(nav, k)
            market.visit(price, k)
            continue
        np.maximum(peak, nav, out=peak)
        np.maximum(worst, 1 - nav / peak, out=worst)
    if not full:
        return nav, worst, count, alive
    money_price, log_price, log_market = nav - 1 - interests - fees, np.log(nav) - log_interest - log_fees, np.log(price)
    for f in token, market:
        np.maximum(f.longest, steps - f.at, out=f.longest)
    assert all(len(c) == lives for c in (least, lowest, highest, qv, money_price, log_price, log_market))
    return nav, token.depth, count, alive, turnover, token.longest / steps, log_interest


def loop(lives, seed, steps, merton, full, drift, vol, growth):
    np.random.seed(seed)
    navs, falls, counts, lived = np.ones(lives), np.zeros(lives), np.zeros(lives), np.ones(lives, np.bool_)
    # Turnover, time under water, log part of interest; the rest of the record.
    kept, rest = np.zeros((3, lives)), np.zeros((18, lives))
    for i in range(lives):
        price, units, debt, peak, worst, count, nav = 1.0, target, target - 1, 1.0, 0.0, 0, 1.0
        turnover, qv, interests, fees, log_interest, log_fees = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        least, lowest, highest = 1.0, target, target
        at, fell, trough, recovery, longest, deep = 0, 0, 0, 0, 0, False
        top, depth, at2, fell2, trough2, recovery2, longest2, deep2 = 1.0, 0.0, 0, 0, 0, 0, 0, False
        for k in range(1, steps + 1):
            move = drift + vol * np.random.standard_normal()
            if merton:
                for _ in range(np.random.poisson(lam * dt)):
                    move += np.random.normal(jm, js)
            if full:
                interest = debt * (growth - 1)
                interests -= interest
                log_interest += math.log1p(-interest / nav)
                qv += move * move
            price *= math.exp(move)
            debt *= growth
            x = units * price
            if x * threshold < debt:
                lived[i] = False
                break
            nav = x - debt
            lev = x / nav
            if full:
                lowest, highest = min(lowest, lev), max(highest, lev)
            if lev < low or lev > high:
                s = -1.0 if lev > high else 1.0
                trade = (target * nav - x) / (1 + s * fee * target)
                cost = fee * abs(trade)
                units += trade / price
                debt += trade + cost
                if full:
                    turnover += abs(trade) / nav
                    fees -= cost
                    log_fees += math.log1p(-cost / nav)
                nav -= cost
                count += 1
            if not full:
                peak = max(peak, nav)
                worst = max(worst, 1 - nav / peak)
                continue
            least = min(least, nav)
            if nav > peak:
                if deep:
                    deep, recovery = False, k - trough
                longest, peak, at = max(longest, k - at), nav, k
            elif 1 - nav / peak > worst:
                worst, fell, trough, deep = 1 - nav / peak, k - at, k, True
            if price > top:
                if deep2:
                    deep2, recovery2 = False, k - trough2
                longest2, top, at2 = max(longest2, k - at2), price, k
            elif 1 - price / top > depth:
                depth, fell2, trough2, deep2 = 1 - price / top, k - at2, k, True
        navs[i], falls[i], counts[i] = nav, worst, count
        if full and lived[i]:
            kept[0, i], kept[1, i], kept[2, i] = turnover, max(longest, steps - at) / steps, log_interest
            rest[:, i] = np.array([
                least, lowest, highest, qv, interests, fees, log_fees, nav - 1 - interests - fees,
                math.log(nav) - log_interest - log_fees, math.log(price), depth, float(fell), float(recovery), float(fell2),
                float(recovery2), float(max(longest2, steps - at2)), 1.0 if deep else 0.0, 1.0 if deep2 else 0.0])
    return navs, falls, counts, lived, kept[0], kept[1], kept[2], rest


if program == "numba":
    from numba import njit

    compiled = njit(loop)
    compiled(1, 1, steps, merton, full, drift, vol, growth)
    start = time.process_time()
    nav, worst, count, alive, *more = compiled(lives, 1, steps, merton, full, drift, vol, growth)
else:
    start = time.process_time()
    nav, worst, count, alive, *more = numpy(lives, 1)
cpu = time.process_time() - start
with np.errstate(all="ignore"):
    log = np.log(nav[alive])
n = alive.sum()


def mean(x, digits=6):
    return [round(x.mean(), digits), round(x.std() / math.sqrt(n), digits)]


result = {
    "program": program, "ns": round(cpu * 1e9 / lives / steps, 4), "lives": lives, "liquidated": int((~alive).sum()),
    "log": mean(log), "drawdown": mean(worst[alive]), "rebalances": round(float(count[alive].mean()), 3)}
if full:
    turnover, underwater, interest = (m[alive] for m in more[:3])
    result |= {"turnover": mean(turnover), "underwater": mean(underwater), "interest": mean(interest, 7)}
print(json.dumps(result))
