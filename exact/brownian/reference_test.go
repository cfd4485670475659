package brownian

import (
	"math"
	"testing"

	"mcrisk/exact/levy"
	"mcrisk/models"
)

// The reference values come from another route than this package: closed
// forms in 25-digit arithmetic, quadrature, Laplace inversion at two
// precisions and matrix solvers with other nodes. Case names and ids are those
// of the project's table of reference values. A row's tolerance is relative,
// and half a unit of the last printed digit unless said.

const (
	day  = 1.0 / 365
	hour = day / 24
)

var gbm6 = models.GBM{Sigma: 0.6}

// mertonWithDrift fixes the drift of ln S between jumps, as the reference values do.
func mertonWithDrift(m models.Merton, nu float64) models.Merton {
	n, _ := levy.Diffusion(m)
	m.Mu += nu - n
	return m
}

func kouWithDrift(m models.Kou, nu float64) models.Kou {
	n, _ := levy.Diffusion(m)
	m.Mu += nu - n
	return m
}

type row struct {
	id        string
	got, want float64
	tolerance float64
}

func check(t *testing.T, rows []row) {
	t.Helper()
	for _, r := range rows {
		if !(math.Abs(r.got-r.want) <= r.tolerance*math.Abs(r.want)) {
			t.Errorf("%s = %.16g, want %.16g (off by %.2g, allowed %.2g)",
				r.id, r.got, r.want, math.Abs(r.got/r.want-1), r.tolerance)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestIdeal(t *testing.T) {
	for _, tt := range []struct {
		id                                                     string
		d                                                      Ideal
		years                                                  float64
		mean, median, sd, q05, q95, es, loss, beats, low, high float64
	}{
		{"T01 T02", Ideal{Leverage: 3, Model: gbm6}, 1, 1, 0.197898699084, 4.95315270786, 0.0102473460537,
			3.82185737592, 0.00571368707257, 0.815939874653, 0.421385912352, 0.7066028834, 2.555233056},
		{"2x", Ideal{Leverage: 2, Model: models.GBM{Mu: .1, Sigma: .8}, Safe: .05, Fee: .01}, 1, 1.15027379886,
			0.319819021816, 3.97399493266, 0.0230113937996, 4.44493747777, 0.0135169835834, 0.761922394276,
			0.380683544821, 0.5849604695, 3.442544945},
		{"-1x", Ideal{Leverage: -1, Model: gbm6}, 1, 1, 0.835270211411, 0.658277612076, 0.311326780848, 2.24097754832,
			0.247775307713, 0.617911422189, 0.302891495657, 0.4501603198, 1.54983968},
		{"3x 30 d", Ideal{Leverage: 3, Model: gbm6}, 30 * day, 1, 0.87533318265, 0.552384219334, 0.374573412899,
			2.04554876097, 0.307032512639, 0.601805028303, 0.327126543733, 0.8621027701, 1.218512954},
	} {
		q := must(tt.d.Quantile(.05, tt.years))
		low, high, beats, err := tt.d.BreakEven(tt.years)
		if err != nil {
			t.Fatal(err)
		}
		law := must(tt.d.Law(tt.years))
		check(t, []row{
			{tt.id + " mean", must(tt.d.Mean(tt.years)), tt.mean, 4e-12},
			{tt.id + " median", must(tt.d.Median(tt.years)), tt.median, 5e-12},
			{tt.id + " sd", must(tt.d.SD(tt.years)), tt.sd, 2e-12},
			{tt.id + " q05", q, tt.q05, 5e-12},
			{tt.id + " q95", must(tt.d.Quantile(.95, tt.years)), tt.q95, 2e-12},
			{tt.id + " mean of worst 5 %", must(tt.d.Partial(1, q, tt.years)) / .05, tt.es, 1e-11},
			{tt.id + " P(loss)", must(tt.d.Partial(0, 1, tt.years)), tt.loss, 1e-12},
			{tt.id + " P(beats naive)", beats, tt.beats, 2e-12},
			{tt.id + " break-even low", low, tt.low, 1e-10},
			{tt.id + " break-even high", high, tt.high, 3e-10},
			{tt.id + " law's q05", must(law.Quantile(.05)), math.Log(tt.q05), 1e-10},
			{tt.id + " law's ES", must(law.ES(.05)), 1 - tt.es, 1e-9},
		})
	}

	// S01: value at risk, expected shortfall, and n times the variance of their
	// sample estimates.
	token := Ideal{Leverage: 3, Model: gbm6}
	for _, tt := range []struct{ p, valueAtRisk, shortfall, sdQ, sdES float64 }{
		{.05, .625426587101, .692967487361, .408471428, .375036448},
		{.01, .736485914473, .776117889679, .507663582, .508230463},
	} {
		q := must(token.Quantile(tt.p, 30*day))
		part := func(k float64) float64 { return must(token.Partial(k, q, 30*day)) }
		m, v, _ := token.lognormal(30 * day)
		first, second := q*tt.p-part(1), q*q*tt.p-2*q*part(1)+part(2)
		check(t, []row{
			{"S01 VaR", 1 - q, tt.valueAtRisk, 2e-12},
			{"S01 ES", 1 - part(1)/tt.p, tt.shortfall, 2e-12},
			{"S01 sd of VaR", math.Sqrt(tt.p*(1-tt.p)) / (levy.NormalDensity(math.Log(q), m, v) / q), tt.sdQ, 2e-9},
			{"S01 sd of ES", math.Sqrt(second-first*first) / tt.p, tt.sdES, 2e-9},
		})
	}
}

func TestIdealWithJumps(t *testing.T) {
	for _, tt := range []struct {
		id         string
		m          models.Model
		b          float64
		kept, wipe float64
		tolWipe    float64
	}{
		{"Merton", models.Merton{Sigma: 1, Rate: 1, JumpMean: -.05, JumpSD: .1}, 3, 0.868001626613, 1.8924e-4, 3e-5},
		{"Merton", models.Merton{Sigma: 1, Rate: 1, JumpMean: -.05, JumpSD: .1}, 2, 0.911994963667, 6.3e-11, 1e-2},
		{"Merton", models.Merton{Sigma: 1, Rate: 1, JumpMean: -.05, JumpSD: .1}, -1, 1.04400251817, 0, 0},
		{"Kou", models.Kou{Sigma: 1, Rate: 1, Up: .4, EtaUp: 20, EtaDown: 15}, 3, 0.950829169106, 1.370195e-3, 3e-7},
		{"Kou", models.Kou{Sigma: 1, Rate: 1, Up: .4, EtaUp: 20, EtaDown: 15}, 2, 0.967106407567, 1.8310547e-5, 3e-8},
		{"Kou", models.Kou{Sigma: 1, Rate: 1, Up: .4, EtaUp: 20, EtaDown: 15}, -1, 1.01644740858, 3.8146973e-7, 3e-7},
	} {
		d := Ideal{Leverage: tt.b, Model: tt.m}
		_, law, _ := d.jumps(1)
		check(t, []row{{tt.id + " kept per jump", real(d.jump(1, law)), tt.kept, 5e-12}})
		if tt.wipe > 0 {
			check(t, []row{{tt.id + " wiped out per jump", 1 - real(d.jump(0, law)), tt.wipe, tt.tolWipe}})
		}
	}
	price := mertonWithDrift(models.Merton{Sigma: .5, Rate: 10, JumpMean: -.05, JumpSD: .1}, -.125)
	d := Ideal{Leverage: 3, Model: price}
	check(t, []row{
		{"E NAV", must(d.Mean(1)), 0.26713964725763, 2e-12},
		{"P(alive)", must(d.Alive(1)), 0.99810938449612, 1e-13},
	})
}

func TestReset(t *testing.T) {
	for _, tt := range []struct {
		id                    string
		r                     Reset
		n                     int
		mean, sd, log, logVar float64
	}{
		{"T03 T04", Reset{Leverage: 3, Price: gbm6, Interval: day}, 365, 1, 4.92048826758, -1.63304066398,
			3.2859121529},
		{"T05", Reset{Leverage: 2, Price: models.GBM{Mu: .1, Sigma: .8}, Interval: day}, 365, 1.22136930469,
			4.20113249569, -1.08499675523, 2.57908646062},
		{"-1x", Reset{Leverage: -1, Price: gbm6, Interval: day}, 365, 1, 0.658277612076, -0.18071533089,
			0.362150278431},
		{"hourly", Reset{Leverage: 3, Price: gbm6, Interval: hour}, 8760, 1, 4.95178040734, -1.62053303741,
			3.24186607516},
		{"252", Reset{Leverage: 3, Price: models.GBM{Mu: .08, Sigma: .2}, Interval: 1.0 / 252}, 252, 1.27115234815,
			0.835823797822, 0.0599235460902, 0.360344304623},
	} {
		m := must(tt.r.After(tt.n))
		check(t, []row{
			{tt.id + " mean", m.Mean, tt.mean, 5e-12},
			{tt.id + " sd", m.SD, tt.sd, 3e-12},
			{tt.id + " E ln", m.Log, tt.log, 5e-12},
			{tt.id + " Var ln", m.LogVar, tt.logVar, 2e-11},
		})
	}
}

func TestDrawdown(t *testing.T) {
	for _, tt := range []struct{ x, up, down float64 }{
		{.0005, 0.0196101934, 0.0200261669}, {.005, 0.0606342866, 0.0647947335},
		{.05, 0.178868295, 0.220543346}, {.1, 0.242839588, 0.32634405},
		{.5, 0.462537737, 0.885793842}, {1, 0.587691436, 1.44660324},
		{2, 0.727268967, 2.48466213}, {5, 0.927619955, 5.4993405},
		{10, 1.08753928, 10.49999}, {50, 1.47499858, 0}, {1000, 2.21830822, 0},
	} {
		// X01: E MDD = (2·Sigma²/|Drift|)·Q(Drift²·T/(2·Sigma²)), here with Drift = ±1, Sigma = 1
		check(t, []row{{"X01 Q_p", must(Motion{1, 1}.MaxDrawdown(2*tt.x)) / 2, tt.up, 3e-9}})
		if tt.down > 0 {
			tol := 1e-8
			if tt.x == 10 {
				tol = 1e-6
			}
			check(t, []row{{"X01 Q_n", must(Motion{-1, 1}.MaxDrawdown(2*tt.x)) / 2, tt.down, tol}})
		}
	}
	for _, tt := range []struct{ b, mean, q05, q50, q95 float64 }{
		{1, .54174357239, .32861799, .53632927, .77258849},
		{2, .80193105449, .57828359, .821705, .96122293},
		{3, .91946109355, .75717973, .94554451, .99513536},
		{-1, .54174357239, .32861799, .53632927, .77258849},
	} {
		x := must(Ideal{Leverage: tt.b, Model: gbm6}.Drawdown())
		relative := func(p float64) float64 { return -math.Expm1(-must(x.DrawdownQuantile(p, 1))) }
		check(t, []row{
			{"X02 mean", must(x.RelativeDrawdown(1)), tt.mean, 2e-11},
			{"5 %", relative(.05), tt.q05, 2e-8},
			{"50 %", relative(.5), tt.q50, 2e-8},
			{"95 %", relative(.95), tt.q95, 2e-8},
		})
	}
	three := must(Ideal{Leverage: 3, Model: gbm6}.Drawdown())
	check(t, []row{
		{"3x 30 d", must(three.RelativeDrawdown(30 * day)), .48710270611, 2e-11},
		{"no drift", must(Motion{0, 1}.MaxDrawdown(1)), math.Sqrt(math.Pi / 2), 1e-12},
		{"P(fall of half)", Motion{0, .6}.drawdownTail(math.Ln2, 1), .494922427464, 2e-12},
		{"X03", LongestUnderwater(), .626507598767175, 2e-15},
	})
}

func TestBarriers(t *testing.T) {
	x := Motion{-.18, .6}
	hit := func(level float64) float64 { return must(x.HitBelow(-math.Log(level), 1)) }
	loan := func(level, years float64) float64 { return must(x.HitBelow(-math.Log(level), years)) }
	three, two := 2.0/3/.78, 1.0/2/.83
	dates := func(n int) float64 { return must(x.HitBelowOnGrid(-math.Log(.8), 1, n)) }
	check(t, []row{
		{"X04 .8", hit(.8), .784865634895827, 2e-15},
		{".6667", hit(.6667), .600473548689887, 2e-15},
		{".5", hit(.5), .34180904479559, 2e-14},
		{".3333", hit(.3333), .112477123717832, 5e-15},
		{"12 dates", dates(12), .686368879663, 2e-12},
		{"52 dates", dates(52), .736430391243, 2e-12},
		{"X04 365 dates", dates(365), .766412990266, 2e-12},
		{"X05 3x 1 d", loan(three, day), 6.2245436361616e-7, 2e-13},
		{"3x 7 d", loan(three, 7*day), .063582910732508, 2e-14},
		{"3x 30 d", loan(three, 30*day), .39017879393589, 2e-14},
		{"3x 1 y", loan(three, 1), .85127480371273, 2e-14},
		{"2x 7 d", loan(two, 7*day), 1.36931656869e-9, 5e-12},
		{"2x 3 d", loan(two, 3*day), 1.53820366362e-20, 5e-12},
		{"2x 1 d", loan(two, day), 1.78004260551e-58, 5e-12},
	})
	if !testing.Short() {
		check(t, []row{{"2190 dates", dates(2190), .777312305825, 2e-12}})
	}

	for _, tt := range []struct{ mu, rate, want float64 }{
		{.1, .01, .26059805477857}, {.1, 3, .25584304008144}, {.1, 10, .24541714757389}, {.1, 0, .26061427163236},
		{-.1, .01, .05816173169537}, {-.1, 3, .061222795962277}, {-.1, 10, .067179099449984},
		{-.1, 0, .058150904166295},
	} {
		// here mu is the drift of ln S between jumps
		m := kouWithDrift(models.Kou{Sigma: .2, Rate: tt.rate, Up: .5, EtaUp: 1 / .02, EtaDown: 1 / .03}, tt.mu)
		check(t, []row{{"O04 first passage", must(FirstPassage(m, .3, 1)), tt.want, 5e-12}})
	}
}

func TestExitTimes(t *testing.T) {
	unit := Motion{0, 1}
	var rows []row
	for years, want := range map[float64]float64{
		.1: .00313080451600509935, .25: .0910005238463662487, .5: .31455423310964801,
		1: .629222570200476095, 2: .892022955555890987, 4: .990843009710239244,
	} {
		rows = append(rows, row{"E01 F", must(unit.LeavesBy(1, 1, years)), want, 2e-11})
	}
	for p, want := range map[float64]float64{
		.01: .12691259539314278, .05: .199049095253865867, .5: .757495676542791342,
		.95: 2.6240539071375783, .99: 3.92861514143251615,
	} {
		rows = append(rows, row{"E01 quantile", must(unit.ExitQuantile(p, 1, 1)), want, 2e-12})
	}
	x := Motion{-.18, .6}
	for days, want := range map[float64]float64{
		.5: .2680562499715, 1: .571837173926338, 2: .854584299616747, 7: .999342824757704,
	} {
		left := must(x.LeavesBy(.03077165866675369, .03636764417087485, days*day))
		rows = append(rows, row{"case B", left, want, 2e-12})
	}
	check(t, rows)
}

// Rare large jumps put mass far outside ten standard deviations: the law must
// still be the mixture of normals that it is at leverage 1.
func TestLawWithFarTails(t *testing.T) {
	m := models.Merton{Mu: 0, Sigma: .1, Rate: 2, JumpMean: -.2, JumpSD: .1}
	l := must(Ideal{Leverage: 1, Model: m}.Law(4 * day))
	nu, sigma := levy.Diffusion(m)
	for _, x := range []float64{-.5, -.2, -.05, -.01, 0, .01} {
		want := 0.0
		for n, weight := 0, math.Exp(-m.Rate*4*day); n < 12; n++ {
			sd := math.Sqrt(sigma*sigma*4*day + float64(n)*m.JumpSD*m.JumpSD)
			want += weight * phi((x-nu*4*day-float64(n)*m.JumpMean)/sd)
			weight *= m.Rate * 4 * day / float64(n+1)
		}
		if got := l.CDF(x); math.Abs(got-want) > l.Bound || l.Bound > 1e-8 {
			t.Errorf("P(ln NAV ≤ %v) = %v ± %.1g, want %v", x, got, l.Bound, want)
		}
	}
}

// Rows that can be checked on paper.
func TestByHand(t *testing.T) {
	reset := must(Reset{Leverage: 3, Price: models.GBM{Mu: .1, Sigma: .5}, Rate: .05, Fee: .02, Interval: .1}.After(1))
	check(t, []row{
		{"reset's mean", reset.Mean, 1 + 3*math.Expm1(.01) - 2*math.Expm1(.005) - .002, 1e-14},
		{"one date, safe", 1 - must(Motion{5, .6}.HitBelowOnGrid(.1, 1, 1)), 1, 1e-12},
		{"one date, far up", 1 - must(Motion{-5, .6}.HitBelowOnGrid(4, 1, 1)), phi(-1 / .6), 1e-11},
	})
}
