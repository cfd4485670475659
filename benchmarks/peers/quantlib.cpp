// The base case over paths of QuantLib's PathGenerator. The process is the
// log-price, which it makes about ten times as fast as from a
// BlackScholesMertonProcess with its term structures. Its Merton76Process
// cannot generate paths, so jumps are added by hand. It keeps equity, drawdown
// and count of trades, or with "full" the record that mcrisk keeps.
#include <ctime>
#include <cstdio>
#include <cstring>
#include <ql/quantlib.hpp>
#include <random>
using namespace QuantLib;

// LogPrice is ln S of geometric Brownian motion.
class LogPrice : public StochasticProcess1D {
  public:
	LogPrice(double nu, double sigma) : nu(nu), sigma(sigma) {}
	Real x0() const override { return 0; }
	Real drift(Time, Real) const override { return nu; }
	Real diffusion(Time, Real) const override { return sigma; }
	Real evolve(Time, Real x, Time dt, Real dw) const override { return x + nu * dt + sigma * std::sqrt(dt) * dw; }

  private:
	double nu, sigma;
};

// The deepest fall from a running peak: when, how long, whether and when it was
// made good, and the longest time under water.
struct Fall {
	double peak = 1, depth = 0;
	int at = 0, fell = 0, trough = 0, recovery = 0, longest = 0;
	bool open = false;
	void visit(double v, int k) {
		if (v > peak) {
			if (open) open = false, recovery = k - trough;
			longest = std::max(longest, k - at);
			peak = v, at = k;
		} else {
			double d = 1 - v / peak;
			if (d > depth) depth = d, fell = k - at, trough = k, open = true;
		}
	}
};

// What mcrisk keeps of a lifetime and its underlying.
struct Record {
	Fall token, market;
	double minNAV = 1, minLeverage = 3, maxLeverage = 3, turnover = 0, qv = 0, logMarket = 0;
	double price = 0, interest = 0, fees = 0, logPrice = 0, logInterest = 0, logFees = 0;
};

int main(int argc, char **argv) {
	long lives = atol(argv[1]);
	int steps = atoi(argv[2]);
	bool merton = argc > 3 && !strcmp(argv[3], "merton"), full = argc > 4 && !strcmp(argv[4], "full");
	const double sigma = 0.8, target = 3, low = 2.8, high = 3.2, fee = 0.001, rate = 0.05, threshold = 0.85;
	const double lambda = 10, jm = -0.02, js = 0.06, dt = 1.0 / steps;
	clock_t start = clock();
	double mu = merton ? -lambda * expm1(jm + js * js / 2) : 0;
	auto process = ext::make_shared<LogPrice>(mu - sigma * sigma / 2, sigma);
	auto sequence = PseudoRandom::make_sequence_generator(steps, 42);
	PathGenerator<PseudoRandom::rsg_type> paths(process, 1.0, steps, sequence, false);
	std::mt19937_64 words(7);
	std::poisson_distribution<int> jumps(lambda * dt);
	std::normal_distribution<double> size(jm, js);
	double growth = exp(rate * dt), logs = 0, logs2 = 0, falls = 0, falls2 = 0, trades = 0;
	double turnovers = 0, turnovers2 = 0, unders = 0, unders2 = 0, interests = 0, interests2 = 0;
	long gone = 0, n = 0;
	std::vector<Record> kept;
	for (long i = 0; i < lives; i++) {
		const Path &path = paths.next().value;
		double units = target, debt = target - 1, peak = 1, worst = 0, nav = 1, count = 0, jumped = 0;
		bool alive = true;
		Record r;
		double before = 0;
		for (int k = 1; k <= steps; k++) {
			if (merton)
				for (int j = jumps(words); j > 0; j--) jumped += size(words);
			double x0 = path[k] + jumped, price = exp(x0);
			if (full) {
				double interest = debt * (growth - 1);
				r.interest -= interest, r.logInterest += log1p(-interest / nav);
				r.qv += (x0 - before) * (x0 - before), before = x0;
			}
			debt *= growth;
			double x = units * price;
			if (x * threshold < debt) {
				alive = false;
				break;
			}
			nav = x - debt;
			double lev = x / nav;
			if (full) r.minLeverage = std::min(r.minLeverage, lev), r.maxLeverage = std::max(r.maxLeverage, lev);
			if (lev < low || lev > high) {
				double s = lev > high ? -1 : 1, trade = (target * nav - x) / (1 + s * fee * target), cost = fee * fabs(trade);
				if (full) r.turnover += fabs(trade) / nav, r.fees -= cost, r.logFees += log1p(-cost / nav);
				units += trade / price, debt += trade + cost, nav -= cost, count++;
			}
			if (full) {
				r.minNAV = std::min(r.minNAV, nav);
				r.token.visit(nav, k), r.market.visit(price, k);
				continue;
			}
			if (nav > peak) peak = nav;
			double d = 1 - nav / peak;
			if (d > worst) worst = d;
		}
		if (!alive) {
			gone++;
			continue;
		}
		double l = log(nav);
		if (full) {
			r.price = nav - 1 - r.interest - r.fees, r.logPrice = l - r.logInterest - r.logFees, r.logMarket = before;
			r.token.longest = std::max(r.token.longest, steps - r.token.at), r.market.longest = std::max(r.market.longest, steps - r.market.at);
			worst = r.token.depth;
			double u = double(r.token.longest) / steps;
			turnovers += r.turnover, turnovers2 += r.turnover * r.turnover, unders += u, unders2 += u * u;
			interests += r.logInterest, interests2 += r.logInterest * r.logInterest;
			kept.push_back(r);
		}
		n++, logs += l, logs2 += l * l, falls += worst, falls2 += worst * worst, trades += count;
	}
	auto se = [&](double s, double s2) { return sqrt((s2 / n - s / n * s / n) / n); };
	printf("{\"program\":\"quantlib\",\"ns\":%.4f,\"lives\":%ld,\"liquidated\":%ld,\"log\":[%.6f,%.6f],\"drawdown\":[%.6f,%.6f],\"rebalances\":%.3f",
	       double(clock() - start) / CLOCKS_PER_SEC * 1e9 / lives / steps, lives, gone, logs / n, se(logs, logs2), falls / n, se(falls, falls2), trades / n);
	if (full)
		printf(",\"turnover\":[%.6f,%.6f],\"underwater\":[%.6f,%.6f],\"interest\":[%.7f,%.7f]", turnovers / n, se(turnovers, turnovers2), unders / n, se(unders, unders2), interests / n, se(interests, interests2));
	printf("}\n");
}
