// The base case over paths of QuantLib's PathGenerator. The process is the
// log-price, which it makes about ten times as fast as from a
// BlackScholesMertonProcess with its term structures. Its Merton76Process
// cannot generate paths, so jumps are added by hand.
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

int main(int, char **argv) {
	long lives = atol(argv[1]);
	int steps = atoi(argv[2]);
	bool merton = argv[3] && !strcmp(argv[3], "merton");
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
	long gone = 0, n = 0;
	for (long i = 0; i < lives; i++) {
		const Path &path = paths.next().value;
		double units = target, debt = target - 1, peak = 1, worst = 0, nav = 1, count = 0, jumped = 0;
		bool alive = true;
		for (int k = 1; k <= steps; k++) {
			if (merton)
				for (int j = jumps(words); j > 0; j--) jumped += size(words);
			double price = exp(path[k] + jumped);
			debt *= growth;
			double x = units * price;
			if (x * threshold < debt) {
				alive = false;
				break;
			}
			nav = x - debt;
			double lev = x / nav;
			if (lev < low || lev > high) {
				double s = lev > high ? -1 : 1, trade = (target * nav - x) / (1 + s * fee * target), cost = fee * fabs(trade);
				units += trade / price, debt += trade + cost, nav -= cost, count++;
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
		n++, logs += l, logs2 += l * l, falls += worst, falls2 += worst * worst, trades += count;
	}
	auto se = [&](double s, double s2) { return sqrt((s2 / n - s / n * s / n) / n); };
	printf("{\"program\":\"quantlib\",\"ns\":%.4f,\"lives\":%ld,\"liquidated\":%ld,\"log\":[%.6f,%.6f],\"drawdown\":[%.6f,%.6f],\"rebalances\":%.3f}\n",
	       double(clock() - start) / CLOCKS_PER_SEC * 1e9 / lives / steps, lives, gone, logs / n, se(logs, logs2), falls / n, se(falls, falls2), trades / n);
}
