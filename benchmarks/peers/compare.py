#!/usr/bin/python3
"""Builds the peers, checks that they all answer alike, runs them in turn and
prints processor time per path-step and ratios to mcrisk: the median over
rounds of the ratio within a round, and the least and greatest.

    sudo apt-get install g++ libquantlib0-dev python3-numpy python3-numba
    benchmarks/peers/compare.py [--rounds 7] [--model gbm|merton] [--record few|full] [--only a,b]

Of each lifetime the peers keep few numbers (equity, drawdown, count of trades)
or the full record of mcrisk: those, least equity, the fall's length, recovery
and time under water, turnover, extremes of leverage, what each item took in
money and in logs, and the underlying's realised variance and fall. mcrisk
always keeps that, the limit always few.
"""
import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile

here = os.path.dirname(os.path.abspath(__file__))
flags = argparse.ArgumentParser()
flags.add_argument("--rounds", type=int, default=7)
flags.add_argument("--model", default="gbm")
flags.add_argument("--steps", type=int, default=8760)
flags.add_argument("--record", default="full", choices=["few", "full"])
flags.add_argument("--only", default="")
args = flags.parse_args()

out = tempfile.mkdtemp(prefix="peers")
python = "/usr/bin/python3"


def build(*command):
    subprocess.run(command, check=True, cwd=here)


build("g++", "-O3", "-mavx2", "-mfma", "-fno-math-errno", "-o", out + "/limit", "limit.cpp")
build("g++", "-O3", "-march=native", "-fno-math-errno", "-o", out + "/limit-native", "limit.cpp")
build("go", "build", "-o", out + "/ours", "./ours")
build("go", "build", "-o", out + "/gonum", "./gonum")
programs = {  # name: (command, lives)
    "mcrisk": ([out + "/ours"], 10240),
    "limit": ([out + "/limit"], 10240),
    "limit, -march=native": ([out + "/limit-native"], 10240),
    "gonum": ([out + "/gonum"], 1000),
    "numpy": ([python, here + "/vectors.py", "numpy"], 10000),
    "numba": ([python, here + "/vectors.py", "numba"], 1000),
    "quantlib": ([out + "/quantlib"], 1000),
}
if not args.only or "quantlib" in args.only:
    build("g++", "-O3", "-march=native", "-o", out + "/quantlib", "quantlib.cpp", "-lQuantLib")
if args.only:
    programs = {k: v for k, v in programs.items() if k == "mcrisk" or k.split(",")[0] in args.only.split(",")}

environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", GOMAXPROCS="1")
rounds = []
for r in range(args.rounds):
    rounds.append({})
    for name, (command, lives) in programs.items():
        text = subprocess.run(command + [str(lives), str(args.steps), args.model] + ([] if name.startswith("limit") else [args.record]), check=True, capture_output=True, env=environment).stdout
        rounds[-1][name] = json.loads(text)
    print("round", r + 1, {k: v["ns"] for k, v in rounds[-1].items()}, file=sys.stderr)

# The same answer, to 5 standard errors of the difference; a correct set of
# programs fails one comparison in 1.7 million.
ours = rounds[0]["mcrisk"]
for name, result in rounds[0].items():
    for column in ("log", "drawdown", "turnover", "underwater", "interest"):
        if column not in result:
            continue
        (a, sa), (b, sb) = ours[column], result[column]
        if abs(a - b) > 5 * (sa * sa + sb * sb) ** 0.5:
            sys.exit(f"{name}: {column} {b} ± {sb}, mcrisk {a} ± {sa}")
    if abs(result["rebalances"] / ours["rebalances"] - 1) > 0.03:
        sys.exit(f"{name}: {result['rebalances']} rebalances, mcrisk {ours['rebalances']}")

cpu = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), platform.processor())
print(f"{datetime.date.today()}, {cpu}, {os.cpu_count()} processors, {platform.system()} {platform.machine()}")
print(f"compare.py --rounds {args.rounds} --model {args.model} --steps {args.steps} --record {args.record}\n")
print("| program | CPU ns per path-step | over mcrisk | least | greatest | mean ln NAV | mean drawdown |")
print("|---|---|---|---|---|---|---|")
for name in programs:
    ns = statistics.median(r[name]["ns"] for r in rounds)
    ratios = [r[name]["ns"] / r["mcrisk"]["ns"] for r in rounds]
    x = rounds[0][name]
    print(f"| {name} | {ns:.2f} | {statistics.median(ratios):.2f} | {min(ratios):.2f} | {max(ratios):.2f} "
          f"| {x['log'][0]:.3f} ± {x['log'][1]:.3f} | {x['drawdown'][0]:.4f} ± {x['drawdown'][1]:.4f} |")
