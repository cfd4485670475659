package rates

import (
	"math"
	"testing"
	"time"

	"mcrisk/block"
	"mcrisk/fmath"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/random"
)

// Hyperliquid's formula at round premiums per eight hours, and what it paid in hours on file
// (premium, payment), to the last of their ten digits.
func TestHyperliquid(t *testing.T) {
	for _, r := range [][2]float64{{0, 0.0001}, {0.0006, 0.0001}, {0.001, 0.0005}, {0.01, 0.0095}, {-0.001, -0.0005}} {
		if got := hyperliquid.Pays(r[0]) * 8; math.Abs(got-r[1]) > 1e-15 {
			t.Errorf("premium %v: %v per eight hours, want %v", r[0], got, r[1])
		}
	}
	for _, r := range [][2]float64{
		{.0009943926, .0000617991}, {.0008200502, .0000400063}, {.0052846623, .0005980828},
		{.0035244661, .0003780583}, {-.0011401147, -.0000800143}, {-.0001967698, .0000125},
		{-.0035846753, -.0003855844}, {.0023865486, .0002358186},
	} {
		if got := hyperliquid.Pays(r[0]); math.Round(got*1e10) != math.Round(r[1]*1e10) {
			t.Errorf("premium %v: %.11f, want %.10f", r[0], got, r[1])
		}
		low, high := hyperliquid.Premiums(r[1])
		if !(low <= r[0]+5e-10 && high >= r[0]-5e-10) {
			t.Errorf("payment %v is made from %v to %v, want %v among them", r[1], low, high, r[0])
		}
	}
	for premium, want := range map[float64]float64{1: 0.04, -1: -0.04} {
		if got := hyperliquid.Pays(premium); got != want {
			t.Errorf("premium %v: %v, want the cap, %v", premium, got, want)
		}
		if low, high := hyperliquid.Premiums(want); !(low <= premium && premium <= high) || !(low < -0.3 || low > 0.3) {
			t.Errorf("the cap %v is paid from %v to %v", want, low, high)
		}
	}
}

// Aave's two slopes at the points of its documentation, and back.
func TestSlopes(t *testing.T) {
	s := Slopes{Kink: 0.9, Slope1: 0.065, Slope2: 0.4}
	for _, r := range [][2]float64{{0.45, 0.0325}, {0.9, 0.065}, {0.95, 0.265}, {1, 0.465}} {
		if got := s.Borrow(r[0]); math.Abs(got-r[1]) > 1e-15 {
			t.Errorf("utilisation %v: %v, want %v", r[0], got, r[1])
		}
		if got := s.Utilisation(r[1]); math.Abs(got-r[0]) > 1e-15 {
			t.Errorf("rate %v: utilisation %v, want %v", r[1], got, r[0])
		}
	}
	if got := s.Supply(0.9, 0.1); math.Abs(got-0.05265) > 1e-15 {
		t.Errorf("supply at 0.9: %v, want 5.265 %%", got)
	}
}

// venue is a token of some rates.
func venue(long bool, debt float64, own map[string]float64, names ...string) Token {
	return Token{Fee: 0.0006, Rates: names, Long: long, Debt: debt, Value: func(n string) float64 { return own[n] },
		SkewTarget: 0.8, SkewWidth: 0.1}
}

var (
	ofPerp   = venue(true, 0, map[string]float64{"funding": 0.12}, "funding", "borrow-fee")
	ofShort  = venue(false, 0, map[string]float64{"funding": 0.12}, "funding", "borrow-fee")
	ofLoan   = venue(true, 2e6, map[string]float64{"borrow": 0.06}, "borrow", "supply")
	ofLender = venue(false, 2e6, map[string]float64{"supply": 0.03}, "borrow", "supply")
	ofCall   = venue(true, 0, map[string]float64{"funding-start": 0.3, "skew": 0.8, "velocity": 0.002},
		"funding-start", "hedge-borrow")
)

func process(t *testing.T, kind string, of Token, v param.Values) Process {
	t.Helper()
	law, err := Registry.Build(param.Part{Kind: kind, Values: v})
	if err != nil {
		t.Fatal(err)
	}
	p, err := law.Of(of)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// testNormal is the normal of a step's return.
func testNormal(path uint64, step int) float64 {
	return random.NormAt(6, path, random.Stream(random.Diffusion, 0), uint64(step))
}

// walk is what a process makes of its main rate in the steps of a group, in blocks of the given length, beside
// returns of standard deviation 0.01.
func walk(p Process, group uint64, step time.Duration, steps, length int) (rates, moves []row) {
	all, moves := walks(p, group, step, steps, length)
	return all[0], moves
}

// walks is walk of all that a process drives.
func walks(p Process, group uint64, step time.Duration, steps, length int) (rates [][]row, moves []row) {
	at := models.At{Seed: 5, Group: group, Step: step}
	state := make(models.State, p.State())
	var move block.Track
	var tracks []*block.Track
	for range p.Drives() {
		tracks = append(tracks, new(block.Track))
	}
	rates = make([][]row, len(tracks))
	var draws Draws
	draws.Begin()
	p.Begin(at, state)
	for at.First < steps {
		at.Len = min(length, steps-at.First)
		for s := range at.Len {
			for l := range block.Lanes {
				move[s][l] = 0.01 * testNormal(group*block.Lanes+uint64(l), at.First+s)
			}
		}
		p.Advance(at, Returns{&move, 0, 0.01}, state, tracks, &draws)
		for s := range at.Len {
			for i, t := range tracks {
				rates[i] = append(rates[i], t[s-s%p.Holds(step)])
			}
			moves = append(moves, move[s])
		}
		at.First += at.Len
	}
	return rates, moves
}

// The rates of a path do not depend on the blocks in which they are made, but for the start of blocks, which is a
// multiple of 4 as that of prices is.
func TestBlocks(t *testing.T) {
	for _, kind := range Registry.Kinds() {
		for _, step := range []time.Duration{7 * time.Minute, time.Hour, 90 * time.Minute, 24 * time.Hour} {
			of := ofPerp
			switch kind.Name {
			case "aave":
				of = ofLoan
			case "skew":
				of = ofCall
			}
			p := process(t, kind.Name, of, param.Values{})
			if p == nil {
				continue // constant
			}
			whole, _ := walks(p, 3, step, 300, 64)
			for _, length := range []int{4, 20, 60} {
				parts, _ := walks(p, 3, step, 300, length)
				for i := range whole {
					for s := range whole[i] {
						if whole[i][s] != parts[i][s] {
							t.Fatalf("%s in steps of %v: step %d of %s is %v in blocks of 64, %v in blocks of %d",
								kind.Name, step, s, p.Drives()[i], whole[i][s][0], parts[i][s][0], length)
						}
					}
				}
			}
		}
	}
}

// The moments of the processes are those of their laws, in steps of any length: within 5 standard errors.
func TestMoments(t *testing.T) {
	const groups = 400
	for _, step := range []time.Duration{time.Hour, 5 * time.Hour} {
		p := process(t, "ou", ofPerp, param.Values{"rate-sd": 0.03, "rate-speed": 400, "rate-correlation": -0.4})
		var sum, square, lagged, n float64
		var with, returns float64
		keep := fmath.Exp(-400 * models.Years(step))
		for g := range uint64(groups) {
			x, moves := walk(p, g, step, 50, 64)
			for l := range block.Lanes {
				a, b, m := x[20][l]-0.12, x[21][l]-0.12, moves[20][l]/0.01
				sum, square, lagged, n = sum+a, square+a*a, lagged+a*b, n+1
				shock := (b - keep*a) / (0.03 * math.Sqrt(1-keep*keep))
				with, returns = with+shock*m, returns+m*m
			}
		}
		check := func(what string, got, want, se float64) {
			if math.Abs(got-want) > 5*se {
				t.Errorf("step %v: %s is %v, want %v within %v", step, what, got, want, 5*se)
			}
		}
		check("mean", sum/n, 0, 0.03/math.Sqrt(n))
		check("variance", square/n, 9e-4, 9e-4*math.Sqrt(2/n))
		check("covariance", lagged/n, 9e-4*keep, 9e-4*math.Sqrt(2/n))
		check("correlation", with/returns, -0.4, 1/math.Sqrt(n))
	}
	level := process(t, "level", ofPerp, param.Values{"rate-sd": 0.1, "rate-floor": -0.05})
	var sum, square, n float64
	for g := range uint64(groups) {
		x, _ := walk(level, g, time.Hour, 1, 1)
		for _, v := range x[0] {
			sum, square, n = sum+v, square+(v-0.12)*(v-0.12), n+1
			if !(v > -0.05) {
				t.Fatalf("a level of %v below the floor", v)
			}
		}
	}
	if mean := sum / n; math.Abs(mean-0.12) > 5*0.1/math.Sqrt(n) {
		t.Errorf("mean level %v, want 0.12", mean)
	}
	if sd := math.Sqrt(square / n); math.Abs(sd-0.1) > 0.01 {
		t.Errorf("standard deviation of levels %v, want 0.1", sd)
	}
}

// Payments of a day are those of its hours, and a payment every eight hours falls on every eighth hour.
func TestPayments(t *testing.T) {
	day := process(t, "funding-hyperliquid", ofPerp, param.Values{"rate-correlation": 0}) // shocks share a day's return
	hours, _ := walk(day, 0, time.Hour, 240, 64)
	days, _ := walk(day, 0, 24*time.Hour, 10, 64)
	for d := range days {
		for l := range block.Lanes {
			sum := 0.0
			for _, h := range hours[24*d : 24*d+24] {
				sum += h[l] / 24
			}
			if math.Abs(sum-days[d][l]) > 1e-12*(1+math.Abs(sum)) {
				t.Fatalf("day %d pays %v, its hours %v", d, days[d][l], sum)
			}
		}
	}
	eight := process(t, "funding-binance", ofPerp, param.Values{})
	x, _ := walk(eight, 0, time.Hour, 48, 64)
	for s := range x {
		if paid := x[s][3] != 0; paid != (s%8 == 0) {
			t.Errorf("hour %d pays %v", s, x[s][3])
		}
	}
}

// The token's own debt raises the rate, and the reserve of a short token pays supply.
func TestOwnDebt(t *testing.T) {
	v := param.Values{"utilisation-sd": 0, "utilisation": 0.85}
	alone, _ := walk(process(t, "aave", ofLoan, v), 0, time.Hour, 1, 1)
	v["pool"] = 2e7 // of which the token owes a tenth
	large, _ := walk(process(t, "aave", ofLoan, v), 0, time.Hour, 1, 1)
	s := Slopes{Kink: 0.9, Slope1: 0.065, Slope2: 0.4}
	for _, r := range [][2]float64{{alone[0][0], s.Borrow(0.85)}, {large[0][0], s.Borrow(0.95)}} {
		if math.Abs(r[0]-r[1]) > 1e-12 {
			t.Errorf("rate %v, want %v", r[0], r[1])
		}
	}
	short := ofLoan
	short.Long = false
	earned, _ := walk(process(t, "aave", short, v), 0, time.Hour, 1, 1)
	if want := s.Supply(0.85, 0.1); math.Abs(earned[0][0]-want) > 1e-12 {
		t.Errorf("supply %v, want %v", earned[0][0], want)
	}
}

// A law refuses a token without its rates.
func TestRefused(t *testing.T) {
	for kind, of := range map[string]Token{"funding-hyperliquid": ofLoan, "aave": ofPerp, "gmx": ofLoan} {
		law, err := Registry.Build(param.Part{Kind: kind})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := law.Of(of); err == nil {
			t.Errorf("%s of a token with %v: no error", kind, of.Rates)
		}
	}
	if _, err := (Level{0.1, 0.12}).Of(ofPerp); err == nil {
		t.Error("a floor at the mean: no error")
	}
}
