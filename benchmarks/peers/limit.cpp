// The limit: the base case as a tuned C++ kernel, Philox4x32-10, float32
// normals, double state, AVX2 and FMA, 16 lives side by side.
//
// It knows this one token and records equity, drawdown, cost and count only.
// Between trades y = ln(S/S_at_trade) − r·(t − t_at_trade) decides, so band and
// liquidation are constants; equity is in units of the growing debt.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <immintrin.h>

typedef double d4 __attribute__((vector_size(32)));
typedef float f8 __attribute__((vector_size(32)));
typedef int32_t i8 __attribute__((vector_size(32)));
typedef uint32_t u8v __attribute__((vector_size(32)));
typedef uint64_t u4 __attribute__((vector_size(32)));
typedef int64_t q4 __attribute__((vector_size(32)));

static const int LIVES = 16, CHUNK = 32;

static inline u4 mul32(u4 a, u4 b) { return (u4)_mm256_mul_epu32((__m256i)a, (__m256i)b); }

// Eight lives' four words: low halves of 64-bit elements, lives 0 1 4 5 and 2 3 6 7.
static inline void philox(uint32_t quad, u4 lives[2], uint32_t seed, u8v out[4]) {
	u4 c[2][4];
	const u4 m0 = u4{} + 0xD2511F53u, m1 = u4{} + 0xCD9E8D57u;
	for (int s = 0; s < 2; s++) {
		c[s][0] = u4{} + quad;
		c[s][1] = u4{};
		c[s][2] = lives[s];
		c[s][3] = u4{};
	}
	uint32_t k0 = seed, k1 = 0;
	for (int r = 0; r < 10; r++) {
		for (int s = 0; s < 2; s++) {
			u4 p0 = mul32(c[s][0], m0), p1 = mul32(c[s][2], m1);
			u4 n0 = (p1 >> 32) ^ c[s][1] ^ (u4{} + k0), n2 = (p0 >> 32) ^ c[s][3] ^ (u4{} + k1);
			c[s][0] = n0, c[s][1] = p1, c[s][2] = n2, c[s][3] = p0;
		}
		k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
	}
	for (int i = 0; i < 4; i++)
		out[i] = (u8v)_mm256_shuffle_ps((__m256)c[0][i], (__m256)c[1][i], 0x88);
}

static inline f8 fma8(f8 a, f8 b, f8 c) { return (f8)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
static inline d4 fma4(d4 a, d4 b, d4 c) { return (d4)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c); }
static inline f8 F(float x) { return f8{} + x; }
static inline d4 D(double x) { return d4{} + x; }
static inline d4 pick(d4 mask, d4 yes, d4 no) { return (d4)_mm256_blendv_pd((__m256d)no, (__m256d)yes, (__m256d)mask); }

static inline void normals(u8v a, u8v b, f8 &x, f8 &y) {
	f8 u = (f8)_mm256_cvtepi32_ps((__m256i)(a >> 1));
	u = fma8(u, F(1.0f / (1u << 31)), F(0.5f / (1u << 31)));
	i8 bits = (i8)u, e = (bits - 0x3f3504f3) >> 23;
	f8 f = (f8)(bits - (e << 23)) - F(1);
	f8 s = f / (f + F(2)), z = s * s;
	f8 p = fma8(fma8(fma8(fma8(F(1.f / 9), z, F(1.f / 7)), z, F(1.f / 5)), z, F(1.f / 3)), z, F(1));
	f8 ln = fma8((f8)_mm256_cvtepi32_ps((__m256i)e), F(M_LN2), (s + s) * p);
	f8 r = (f8)_mm256_sqrt_ps((__m256)(ln * F(-2)));
	f8 t = (f8)_mm256_cvtepi32_ps((__m256i)((i8)(b & 0x3fffffffu) - (1 << 29))) * F(M_PI / 4 / (1 << 29));
	f8 t2 = t * t;
	f8 sn = fma8(t * t2, fma8(fma8(fma8(F(1.f / 362880), t2, F(-1.f / 5040)), t2, F(1.f / 120)), t2, F(-1.f / 6)), t);
	f8 cs = fma8(t2, fma8(fma8(fma8(F(1.f / 40320), t2, F(-1.f / 720)), t2, F(1.f / 24)), t2, F(-.5f)), F(1));
	u8v sw = b << 1;
	f8 si = (f8)_mm256_blendv_ps((__m256)sn, (__m256)cs, (__m256)sw), co = (f8)_mm256_blendv_ps((__m256)cs, (__m256)sn, (__m256)sw);
	si = (f8)((u8v)si ^ (b & 0x80000000u));
	co = (f8)((u8v)co ^ ((sw ^ b) & 0x80000000u));
	x = r * co, y = r * si;
}

struct Group {
	d4 y[4], n[4], peak[4], dd[4], cost[4], nav[4];
	q4 count[4];
	d4 alive[4];
};

int main(int argc, char **argv) {
	long lives = argc > 1 ? atol(argv[1]) : 10000;
	int steps = argc > 2 ? atoi(argv[2]) : 8760;
	int merton = argc > 3 && !strcmp(argv[3], "merton");
	uint32_t seed = argc > 4 ? atoi(argv[4]) : 1;
	lives = (lives + LIVES - 1) / LIVES * LIVES;

	const double L0 = 3, low = 2.8, high = 3.2, fee = 0.001, rate = 0.05, sigma = 0.8, threshold = 0.85;
	const double lambda = 10, jm = -0.02, js = 0.06;
	const double dt = 1.0 / steps, vol = sigma * sqrt(dt);
	double drift = (-sigma * sigma / 2 - rate) * dt; // of y
	if (merton) drift -= lambda * expm1(jm + js * js / 2) * dt;
	auto at = [&](double L) { return log((L0 - 1) * L / (L0 * (L - 1))); };
	const double yUp = at(low), yDown = at(high), yDead = at(1 / (1 - threshold));
	// Per unit of equity in growing debt: a trade multiplies N by 1 + L0·e − k·e.
	const double kUp = L0 * (L0 - 1) * fee / (1 + L0 * fee), kDown = -L0 * (L0 - 1) * fee / (1 - L0 * fee);

	clock_t start = clock();
	double sum = 0, sumLog = 0, sumDD = 0, sumCost = 0, sumCount = 0, sumSq = 0, sqDD = 0, sqLog = 0;
	long dead = 0, alive = 0;
	static float zs[CHUNK][LIVES] __attribute__((aligned(64)));
	static double es[CHUNK][LIVES] __attribute__((aligned(64))), fs[CHUNK][LIVES] __attribute__((aligned(64))), xs[CHUNK][LIVES] __attribute__((aligned(64)));
	double *grow = (double *)malloc((steps + 64) * sizeof(double));
	for (int k = 0; k < steps + 64; k++) grow[k] = exp(rate * dt * (k + 1));

	for (long g = 0; g < lives / LIVES; g++) {
		Group G;
		for (int v = 0; v < 4; v++) {
			G.y[v] = d4{}, G.n[v] = D(1), G.peak[v] = D(1), G.dd[v] = D(1), G.cost[v] = d4{}, G.count[v] = q4{}, G.alive[v] = (d4)(q4{} - 1), G.nav[v] = D(1);
		}
		double next[LIVES];
		uint64_t js64 = (uint64_t)(g + 1) * 0x9E3779B97F4A7C15u + seed;
		auto unif = [&]() { js64 ^= js64 << 13, js64 ^= js64 >> 7, js64 ^= js64 << 17; return ((js64 >> 12) + 0.5) / 4503599627370496.0; };
		for (int i = 0; i < LIVES; i++) next[i] = merton ? -log(unif()) / lambda / dt : 1e300;
		u4 ids[2][2];
		for (int h = 0; h < 2; h++)
			for (int s = 0; s < 2; s++) {
				uint64_t b = (uint64_t)g * 16 + 8 * h + 2 * s;
				ids[h][s] = u4{b, b + 1, b + 4, b + 5};
			}
		for (int k = 0; k < steps; k += CHUNK) {
			int n = steps - k < CHUNK ? steps - k : CHUNK;
			for (int q = 0; q < CHUNK; q += 4)
				for (int h = 0; h < 2; h++) {
					u8v w[4];
					philox((k + q) / 4, ids[h], seed, w);
					f8 a, b, c, d;
					normals(w[0], w[1], a, b);
					normals(w[2], w[3], c, d);
					*(f8 *)&zs[q][8 * h] = a, *(f8 *)&zs[q + 1][8 * h] = b, *(f8 *)&zs[q + 2][8 * h] = c, *(f8 *)&zs[q + 3][8 * h] = d;
				}
			// y, trades by mask, e^y − 1
			for (int s = 0; s < n; s++)
				for (int v = 0; v < 4; v++)
					*(d4 *)&xs[s][4 * v] = fma4((d4)_mm256_cvtps_pd(_mm_load_ps(&zs[s][4 * v])), D(vol), D(drift));
			if (merton)
				for (int i = 0; i < LIVES; i++)
					while (next[i] < k + n) {
						double u1 = unif(), u2 = unif();
						xs[(int)next[i] - k][i] += jm + js * sqrt(-2 * log(u1)) * cos(2 * M_PI * u2);
						next[i] += -log(unif()) / lambda / dt;
					}
			for (int v = 0; v < 4; v++) {
				d4 y = G.y[v], ok = G.alive[v];
				q4 count = G.count[v];
				for (int s = 0; s < n; s++) {
					y += *(d4 *)&xs[s][4 * v];
					d4 up = (d4)(y > D(yUp)), down = (d4)(y < D(yDown));
					d4 trade = (d4)((q4)up | (q4)down);
					d4 gone = (d4)(y < D(yDead));
					// Degree 11: |y| < 0.3.
					d4 e = fma4(D(1. / 39916800), y, D(1. / 3628800));
					e = fma4(e, y, D(1. / 362880)), e = fma4(e, y, D(1. / 40320)), e = fma4(e, y, D(1. / 5040)), e = fma4(e, y, D(1. / 720));
					e = fma4(e, y, D(1. / 120)), e = fma4(e, y, D(1. / 24)), e = fma4(e, y, D(1. / 6)), e = fma4(e, y, D(.5)), e = fma4(e, y * y, y);
					*(d4 *)&es[s][4 * v] = e;
					d4 kf = pick(up, D(kUp), D(kDown));
					*(d4 *)&fs[s][4 * v] = (d4)((q4)trade & (q4)(e * kf)); // fee, zero without a trade
					ok = (d4)((q4)ok & ~(q4)gone);
					count -= (q4)trade & (q4)ok;
					y = (d4)((q4)y & ~(q4)trade);
				}
				G.y[v] = y, G.alive[v] = ok, G.count[v] = count;
			}
			// money
			for (int v = 0; v < 4; v++) {
				d4 N = G.n[v], peak = G.peak[v], dd = G.dd[v], cost = G.cost[v], nav = D(1);
				for (int s = 0; s < n; s++) {
					d4 e = *(d4 *)&es[s][4 * v], f = *(d4 *)&fs[s][4 * v];
					d4 r = D(grow[k + s]);
					d4 paid = N * f;
					d4 value = fma4(N, e * D(L0), N) - paid;
					d4 traded = (d4)(f != d4{});
					N = pick(traded, value, N);
					cost = fma4(paid, r, cost);
					nav = value * r;
					peak = (d4)_mm256_max_pd((__m256d)peak, (__m256d)nav);
					dd = (d4)_mm256_min_pd((__m256d)dd, (__m256d)(nav / peak));
				}
				G.n[v] = N, G.peak[v] = peak, G.dd[v] = dd, G.cost[v] = cost, G.nav[v] = nav;
			}
		}
		for (int v = 0; v < 4; v++)
			for (int j = 0; j < 4; j++) {
				if (!((q4)G.alive[v])[j]) {
					dead++;
					continue;
				}
				double nav = G.nav[v][j], l = log(nav), d = 1 - G.dd[v][j];
				alive++;
				sum += nav, sumSq += nav * nav, sumLog += l, sqLog += l * l, sumDD += d, sqDD += d * d, sumCost += G.cost[v][j], sumCount += G.count[v][j];
			}
	}
	double cpu = double(clock() - start) / CLOCKS_PER_SEC, n = alive;
	auto se = [&](double s, double sq) { return sqrt((sq / n - s / n * s / n) / n); };
	printf("{\"program\":\"limit\",\"ns\":%.4f,\"lives\":%ld,\"liquidated\":%ld,\"log\":[%.6f,%.6f],\"drawdown\":[%.6f,%.6f],\"rebalances\":%.3f}\n",
	       cpu * 1e9 / lives / steps, lives, dead, sumLog / n, se(sumLog, sqLog), sumDD / n, se(sumDD, sqDD), sumCount / n);
}
