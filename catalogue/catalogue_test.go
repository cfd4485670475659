package catalogue

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/study"
	"mcrisk/tokens"
)

func TestEmbedded(t *testing.T) {
	if _, err := load(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"toros-eth2x", "indexcoop-eth2x", "indexcoop-btc2x", "fli-eth2x", "tlx-eth2x", "ftx-bull", "ftx-bear",
		"binance-btcup", "binance-btcdown", "bybit-btc3l",
		"etf-daily-2x", "etf-daily-3x", "hold-2x", "hold-3x", "ETHBULL3X",
		"BTCBULL4X", "SOLBEAR2X", "hyperliquid-btc3x",
	} {
		if _, err := LookupToken(name); err != nil {
			t.Error(err)
		}
	}
	Tokens()[0].Name = "changed"
	if Tokens()[0].Name == "changed" {
		t.Error("a caller can change the catalogue")
	}
}

// Every entry is a token of a study on its underlying, without the command, and says
// where each of its parameters comes from.
func TestEntriesMakeStudies(t *testing.T) {
	for _, e := range Tokens() {
		u, err := LookupUnderlying(e.Underlying)
		if err != nil {
			t.Fatal(err)
		}
		gbm := u.Model("gbm")
		s, err := study.New(study.Spec{Model: gbm, Horizon: 24 * time.Hour, Step: time.Hour, Paths: 1,
			Tokens: []study.TokenSpec{e.Spec()}})
		if err != nil {
			t.Errorf("%s: %v", e.Name, err)
			continue
		}
		token, law := s.Token(0), s.Model()
		if law != (models.GBM{Sigma: u.Sigma.Value}) || token.Target != e.Target() || token.Name != e.Name {
			t.Errorf("%s is %+v on %+v", e.Name, token, law)
		}
		from := e.Origins()
		said := len(e.Policy.Values) + len(e.Mechanism.Values) + len(e.Numbers.Values)
		if len(from) != said+2 { // and the two kinds
			t.Errorf("%s: %d origins of %d numbers", e.Name, len(from), said)
		}
		for name, text := range from {
			rest, ok := strings.CutPrefix(text, "catalogue, ")
			if !ok || !strings.HasPrefix(rest, "20") && !strings.HasPrefix(rest, "not published; assumed: ") {
				t.Errorf("%s: %s is from %q", e.Name, name, text)
			}
		}
	}
	e, err := LookupToken("ETHBULL3X")
	if err != nil {
		t.Fatal(err)
	}
	w := e.Numbers.Words["target"]
	if got := e.Origins()["target"]; got != "catalogue, "+w.AsOf+": "+w.Source || w.AsOf == "" || w.Source == "" {
		t.Errorf("its target is from %q", got)
	}
	assumed := 0
	for name, w := range e.Numbers.Words {
		if w.Unknown {
			assumed++
			if got := e.Origins()[name]; got != "catalogue, not published; assumed: "+w.Assumption {
				t.Errorf("its %s is from %q", name, got)
			}
		}
	}
	if assumed == 0 {
		t.Error("none of its parameters is assumed")
	}
}

func has(params []param.Param, name string) bool {
	return slices.ContainsFunc(params, func(p param.Param) bool { return p.Name == name })
}

// Every kind of model has numbers of every underlying, each with its origin, or a
// reason why it has none.
func TestModelsOfUnderlyings(t *testing.T) {
	for _, u := range Underlyings() {
		for _, kind := range models.Registry.Kinds() {
			part, origins := u.Model(kind.Name), u.ModelOrigins(kind.Name)
			if has(kind.Params, "block") { // it needs a history
				continue
			}
			if reason := u.Unfitted(kind.Name); reason != "" {
				if origins != nil || len(part.Values) > 0 {
					t.Errorf("%s of %s has numbers and is unfitted: %s", kind.Name, u.Name, reason)
				}
				continue
			}
			numbers := slices.DeleteFunc(slices.Clone(kind.Params),
				func(p param.Param) bool {
					return p.Name == "mu" || p.Name == "start" || p.Name == "week-hour" || p.With != ""
				})
			if len(part.Values) != len(numbers) || len(origins) != len(part.Values) {
				t.Errorf("%s of %s: %d numbers with %d origins; want %d, all but mu, momentum and what a start is",
					kind.Name, u.Name, len(part.Values), len(origins), len(numbers))
			}
			m, err := models.Registry.Build(part)
			if err != nil || m.Check() != nil || m.Growth() != 0 {
				t.Errorf("%s of %s: %+v, %v", kind.Name, u.Name, m, err)
				continue
			}
			// An hour's volatility is the sample's to within what these fits trade for shape.
			if vol := math.Sqrt(8760 * m.Moments(1.0/8760).Variance); !(math.Abs(vol/u.Sigma.Value-1) < 0.12) {
				t.Errorf("%s of %s: volatility %v; the sample's is %v", kind.Name, u.Name, vol, u.Sigma.Value)
			}
			for name, from := range origins {
				if !strings.HasPrefix(from, "catalogue: ") || !strings.Contains(from, u.Sample.File) ||
					!strings.Contains(from, u.Sigma.AsOf) {
					t.Errorf("%s of %s: %s is from %q", kind.Name, u.Name, name, from)
				}
			}
		}
	}
}

func TestLookup(t *testing.T) {
	for _, name := range []string{"ETHBULL3X", "ethbull3x", "EthBull3x"} {
		if token, err := LookupToken(name); err != nil || token.Name != "ETHBULL3X" || token.Underlying != "ETH" {
			t.Errorf("%s gives %v %v", name, token.Name, err)
		}
	}
	if u, err := LookupUnderlying("eth"); err != nil || u.Name != "ETH" {
		t.Errorf("eth gives %v %v", u.Name, err)
	}
	for name, want := range map[string]string{
		"ETHBUL3X": `catalogue: no token "ETHBUL3X"; did you mean ETHBULL3X`,
		"ftx-bul":  `catalogue: no token "ftx-bul"; did you mean ftx-bull`,
		"DOGE":     `catalogue: no token "DOGE"; want one of binance-btcdown, binance-btcup, BTCBEAR1X`,
		"":         `catalogue: no token ""; want one of binance-btcdown`,
		strings.Repeat("ETHBULL3X", 9): `catalogue: ` +
			`no token "ETHBULL3XETHBULL3XETHBULL3XETHBULL3XETHB"; want one of binance-btcdown`,
	} {
		if _, err := LookupToken(name); !strings.HasPrefix(fmt.Sprint(err), want) {
			t.Errorf("%q gives\n%v\nwant\n%s…", name, err, want)
		}
	}
}

func TestUnite(t *testing.T) {
	btc, eth := Underlying{Name: "BTC"}, Underlying{Name: "ETH"}
	_, err := unite([]Family{
		{Tokens: []Token{{Name: "B", Underlying: "ETH"}, {Name: "A", Underlying: "SOL"},
			{Name: "b", Underlying: "ETH"}}, Underlyings: []Underlying{eth, btc}},
		{Tokens: []Token{{Name: "B", Underlying: "BTC"}}, Underlyings: []Underlying{eth}},
	})
	want := "catalogue: two entries for token b; want one\n" +
		"catalogue: two entries for token B; want one\n" +
		"catalogue: two entries for underlying ETH; want one\n" +
		`catalogue: token A: catalogue: no underlying "SOL"; want one of BTC, ETH, ETH`
	if fmt.Sprint(err) != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

// The live pages show ranges of the target ± 10 %, and the price moves that
// reach them from the target are P'/P = t(1-T)/(T(1-t)). Falls to liquidation
// from the upper edge are those of the product facts, in percent: of loans at
// threshold .78, of GMX at 22.17 from 4.4.
func TestBands(t *testing.T) {
	for _, tt := range []struct {
		token            string
		toLow, toHigh    float64 // price moves
		liquidated, drop float64 // leverage (zero: not stated), and price move to it from the upper edge
	}{
		{"BTCBULL2X", +0.125000, -0.083333, 4.545455, -0.300699},
		{"BTCBULL3X", +0.058824, -0.043478, 4.545455, -0.106449},
		{"ETHBULL2X", +0.125000, -0.083333, 6.25, -0.350649},
		{"ETHBULL3X", +0.058824, -0.043478, 6.25, -0.170274},
		{"BTCBEAR1X", -0.052632, +0.047619, 3.545455, +0.489091},
		{"ETHBEAR1X", -0.052632, +0.047619, 3.545455, +0.489091},
		{"SOLBULL3X", +0.058824, -0.043478, 0, 0},
		{"SOLBEAR1X", -0.052632, +0.047619, 0, 0},
		{"BTCBEAR2X", -0.035714, +0.031250, 0, 0},
		{"BTCBULL4X", +0.038462, -0.029412, 0, 0},
	} {
		x, err := LookupToken(tt.token)
		if err != nil {
			t.Fatal(err)
		}
		token, err := x.Spec().Build()
		if err != nil {
			t.Fatal(err)
		}
		band := token.Policy.(tokens.Band)
		T := token.Target
		move := func(from, to float64) float64 { return to*(1-from)/(from*(1-to)) - 1 }
		sign := math.Copysign(1, T)
		check := func(what string, got, want float64) {
			if !(math.Abs(got-want) < 1e-6) {
				t.Errorf("%s: %s = %v; want %v", tt.token, what, got, want)
			}
		}
		check("low", band.Low, 0.9*math.Abs(T))
		check("high", band.High, 1.1*math.Abs(T))
		check("move to low", move(T, sign*band.Low), tt.toLow)
		check("move to high", tokens.PriceMove(T, sign*band.High), tt.toHigh)
		if limit := token.LiquidationLeverage(); tt.liquidated > 0 {
			check("liquidation leverage", math.Abs(limit), tt.liquidated)
			check("move to liquidation", move(sign*band.High, limit), tt.drop)
		}
		fee := 0.002
		if T == 4 {
			fee = 0.0025
		}
		if band.To != tokens.Edge || token.EntryFee != fee || token.ExitFee != fee || token.StreamingFee != 0 {
			t.Errorf("%s: to %v, fees %v, %v, %v", tt.token, band.To, token.EntryFee, token.ExitFee, token.StreamingFee)
		}
	}
}

// Settings of other designs, each a row of the product facts.
func TestRivals(t *testing.T) {
	gmx := tokens.Perp{BorrowFee: 0.1125, Maintenance: 0.005, Base: tokens.EntrySize,
		CloseFee: 0.0006, LiquidationFee: 0.002}
	for name, want := range map[string]any{
		"indexcoop-eth2x": tokens.Geometric{High: 2.3, To: tokens.Partial, Speed: 0.05},
		"indexcoop-btc2x": tokens.Geometric{High: 2.2, To: tokens.Partial, Speed: 0.05},
		"fli-eth2x": tokens.Flexible{Low: 1.7, High: 2.3, Speed: 0.05, Epoch: 24 * time.Hour,
			MaxTrade: 1.5e6, Cooldown: 30 * time.Second,
			Ripcord: 2.7, RipcordTrade: 3e6, RipcordCooldown: time.Second,
			BorrowLimit: 0.75 * 0.99, RepayLimit: 0.75 * 0.99},
		// Speed of the code, not of its comment
		"fli-btc2x": tokens.Flexible{Low: 1.8, High: 2.2, Speed: 0.1, Epoch: 24 * time.Hour,
			MaxTrade: 2.2e6, Cooldown: 30 * time.Second,
			Ripcord: 2.4, RipcordTrade: 4e6, RipcordCooldown: time.Second,
			BorrowLimit: 0.65 * 0.99, RepayLimit: 0.65 * 0.99},
		"tlx-eth2x": tokens.Deviation{Threshold: 0.05},
		"ftx-bull": tokens.Emergency{Reset: tokens.Every{Interval: 24 * time.Hour, Offset: 2 * time.Minute},
			High: 4},
		"ftx-bear": tokens.Emergency{Reset: tokens.Every{Interval: 24 * time.Hour, Offset: 2 * time.Minute},
			High: 4},
		"binance-btcup":   tokens.Band{Low: 1.5, High: 3, To: tokens.Target, Speed: 0.05},
		"binance-btcdown": tokens.Band{Low: 1.5, High: 3, To: tokens.Target, Speed: 0.05},
		"bybit-btc3l":     tokens.Band{Low: 2, High: 4, To: tokens.Target, Speed: 0.05},
		"etf-daily-2x":    tokens.Every{Interval: 24 * time.Hour},
		"etf-daily-3x":    tokens.Every{Interval: 24 * time.Hour},
		"hold-2x":         tokens.Hold{}, "hold-3x": tokens.Hold{},
		"toros-eth2x": tokens.Band{Low: 1.8, High: 2.2, Speed: 0.05},
		"ETHBULL3X":   tokens.Band{Low: 2.7, High: 3.3, Speed: 0.05}, // as the live pages say
		// as the documentation says
		"toros-docs-eth3x": tokens.Band{Low: 2.8, High: 3.2, To: tokens.Target, Speed: 0.05},
		"SOLBULL3X":        gmx, "ETHBULL4X": gmx,
		"hyperliquid-btc3x": book(
			tokens.Perp{Funding: 0.175, Maintenance: 0.0125, Tier: 150e6, TierMaintenance: 0.025}),
		"hyperliquid-eth3x": book(
			tokens.Perp{Funding: 0.147, Maintenance: 0.02, Tier: 100e6, TierMaintenance: 1.0 / 30}),
	} {
		x, err := LookupToken(name)
		if err != nil {
			t.Fatal(err)
		}
		token, err := x.Spec().Build()
		if err != nil {
			t.Fatal(err)
		}
		got := any(token.Policy)
		if _, ok := want.(tokens.Perp); ok {
			got = token.Mechanism
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v; want %+v", name, got, want)
		}
	}
}

// book is a perpetual with Hyperliquid's rules of liquidation.
func book(m tokens.Perp) tokens.Perp {
	m.PartialAbove, m.Part, m.Backstop = 1e5, 0.2, 2.0/3
	return m
}

// The cost law at the sizes tabulated by those who fitted it, in basis points;
// GMX's impact of the tables of the product facts: -90 USD for a million and
// -9,000 for ten, from a balanced market in BTC.
func TestCostLaw(t *testing.T) {
	for _, x := range Tokens() {
		token, err := x.Spec().Build()
		if err != nil {
			t.Fatal(err)
		}
		c := token.Cost
		switch {
		case x.Venue.Value == "swaps":
			continue // of a fund
		case x.Mechanism.Kind == "loan":
			for q, want := range map[float64]float64{10e3: 7.4, 50e3: 12.1, 100e3: 16.4,
				250e3: 26.1, 500e3: 38.8, 1e6: 59.1, 5e6: 166} {
				got := 1e4 * (c.Fee + c.ImpactBase + c.Impact*math.Pow(q, c.Exponent))
				if math.Abs(got-want) > 0.05 {
					t.Errorf("%s: %v USD cost %.2f bp; want %v", x.Name, q, got, want)
				}
			}
		case x.Venue.Value == "GMX v2" && x.Underlying == "BTC":
			for q, want := range map[float64]float64{1e6: 90, 10e6: 9000} {
				if got := q * c.Impact * math.Pow(q, c.Exponent); math.Abs(got-want) > 1e-6 {
					t.Errorf("%s: an impact of %v USD; want %v", x.Name, got, want)
				}
			}
		}
	}
}

// shared reads a market data file, which is not part of the repository, as
// maps from column to field, or skips the test.
func shared(t *testing.T, name string) []map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "shared", "data", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("%s is not here", name)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, column := range records[0] {
			row[column] = record[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// The fitted parameters are those of the file they name, to the last digit printed.
func TestUnderlyingsAreFitted(t *testing.T) {
	for _, u := range Underlyings() {
		rows := shared(t, u.Sample.File)
		if len(rows) != u.Sample.Rows || rows[0]["timestamp"] != u.Sample.First ||
			rows[len(rows)-1]["timestamp"] != u.Sample.Last {
			t.Errorf("%s: %d rows, %s to %s; want %+v",
				u.Name, len(rows), rows[0]["timestamp"], rows[len(rows)-1]["timestamp"], u.Sample)
		}
		var returns []float64
		for i := 1; i < len(rows); i++ {
			returns = append(returns, math.Log(number(t, rows[i]["close"])/number(t, rows[i-1]["close"])))
		}
		const dt = 1.0 / 8760
		n := float64(len(returns))
		var mean, m2, m4 float64
		for _, r := range returns {
			mean += r / n
		}
		for _, r := range returns {
			d := r - mean
			m2 += d * d / n
			m4 += d * d * d * d / n
		}
		kurtosis := m4 / (m2 * m2)
		sigma := math.Sqrt(m2 * n / (n - 1) / dt)
		for _, v := range []struct {
			field     string
			got, want float64
		}{
			{"sigma", u.Sigma.Value, sigma},
			{"sigma_se", u.SigmaSE.Value, sigma / math.Sqrt(2*n)},
			{"sigma_se_robust", u.SigmaSERobust.Value, sigma * math.Sqrt((kurtosis-1)/(4*n))},
			{"mu", u.Mu.Value, mean/dt + sigma*sigma/2},
			{"mu_se", u.MuSE.Value, sigma / math.Sqrt(n*dt)},
		} {
			if math.Abs(v.got-v.want) > 0.51e-6 {
				t.Errorf("%s: %s = %v; the file gives %.6f", u.Name, v.field, v.got, v.want)
			}
		}
		if want := fmt.Sprintf("kurtosis %.1f", kurtosis); !strings.HasSuffix(u.SigmaSERobust.Source, want) {
			t.Errorf("%s: source %q; want %s", u.Name, u.SigmaSERobust.Source, want)
		}
	}
}

// Rates are the means that their sources describe, of the token's own market.
func TestRatesAreMeans(t *testing.T) {
	rows := shared(t, "aave_v3_rates_daily.csv")
	source := regexp.MustCompile(`^aave_v3_rates_daily.csv, (\w+) (\w+) (\w+), ` +
		`mean of (\d+) daily readings (\S+)\.\.(\S+) \(range (\S+) to (\S+)\)$`)
	for _, x := range Tokens() {
		if x.Mechanism.Kind != "loan" || x.Venue.Value == "swaps" {
			continue
		}
		for _, rate := range []struct {
			value  Text
			market []string // chain, asset, column
		}{
			{x.Mechanism.Words["borrow"], []string{x.Chain.Value, x.Debt.Value, "borrow_apr"}},
			{x.Mechanism.Words["supply"], []string{x.Chain.Value, x.Collateral.Value, "supply_apr"}},
		} {
			m := source.FindStringSubmatch(rate.value.Source)
			if m == nil || !slices.Equal(m[1:4], rate.market) || m[6] != rate.value.AsOf {
				t.Errorf("%s: source %q does not name %v until %s",
					x.Name, rate.value.Source, rate.market, rate.value.AsOf)
				continue
			}
			var readings []float64
			sum := 0.0
			for _, row := range rows {
				if row["chain"] == m[1] && row["asset"] == m[2] && row["date"] >= m[5] &&
					row["date"] <= m[6] && row[m[3]] != "" {
					r := number(t, row[m[3]])
					readings, sum = append(readings, r), sum+r
				}
			}
			got := fmt.Sprintf("%d readings, mean %.8f, %.6f to %.6f",
				len(readings), sum/float64(len(readings)), slices.Min(readings), slices.Max(readings))
			if want := fmt.Sprintf("%s readings, mean %s, %s to %s",
				m[4], number8(t, rate.value.Value), m[7], m[8]); got != want {
				t.Errorf("%s %v: the file gives %s; want %s", x.Name, rate.market, got, want)
			}
		}
	}
}

// Thresholds and bonuses are the last that the file has for the collateral.
func TestRiskParameters(t *testing.T) {
	rows := shared(t, "aave_v3_risk_params.csv")
	for _, x := range Tokens() {
		if x.Mechanism.Kind != "loan" || x.Venue.Value != "Aave v3" {
			continue
		}
		var last map[string]string
		for _, row := range rows {
			if row["chain"] == x.Chain.Value && row["asset"] == x.Collateral.Value &&
				(last == nil || row["from_date"] > last["from_date"]) {
				last = row
			}
		}
		want := fmt.Sprintf("aave_v3_risk_params.csv, %s %s, row of %s, the last until 2026-08-22",
			x.Chain.Value, x.Collateral.Value, last["from_date"])
		for column, name := range map[string]string{"liquidation_threshold": "liquidation-threshold",
			"liquidation_bonus": "liquidation-bonus"} {
			word := x.Mechanism.Words[name]
			if x.Mechanism.Values[name] != number(t, last[column]) || !strings.HasPrefix(word.Source, want) {
				t.Errorf("%s: %s %v from %q; want %s from %q",
					x.Name, column, word.Value, word.Source, last[column], want)
			}
		}
	}
}

// number8 is a number as written, with eight decimals.
func number8(t *testing.T, s string) string { return fmt.Sprintf("%.8f", number(t, s)) }

// Values that look known must not rest on what nobody said.
func TestUnknownsAreMarked(t *testing.T) {
	cost := []string{"aum", "fee", "impact", "impact-base", "impact-exponent"}
	band := []string{"high", "low"}
	gmx := []string{"aum", "borrow-fee", "fee", "funding", "gas", "impact"}
	for name, want := range map[string][]string{
		"BTCBEAR1X": slices.Concat(cost, []string{"debt"}),
		"BTCBULL2X": slices.Concat(cost, []string{"debt"}),
		"BTCBULL3X": slices.Concat(cost, []string{"debt"}, band),
		"ETHBEAR1X": slices.Concat(cost, band),
		"ETHBULL3X": slices.Concat(cost, []string{"debt"}),
		"SOLBEAR1X": gmx,
		"SOLBULL3X": slices.Concat(gmx, band),
		"BTCBEAR2X": slices.Concat(gmx, band, []string{"kind", "venue"}), // whose mechanism the sources contradict
	} {
		x, err := LookupToken(name)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, words := range []map[string]Text{x.Policy.Words, x.Mechanism.Words, x.Numbers.Words,
			{"chain": x.Chain, "venue": x.Venue, "collateral": x.Collateral, "debt": x.Debt}} {
			for name, word := range words {
				if word.Unknown {
					got = append(got, name)
				}
			}
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v unknown; want %v", name, got, want)
		}
	}
}

// In a year in which the price stands still a fund loses the financing of what is beyond
// its equity, as its cash earns the rate, its expenses, and next to nothing by trading.
func TestFundsInAFlatYear(t *testing.T) {
	const rate, expenses = 0.0364, 0.0095
	for name, target := range map[string]float64{"etf-daily-2x": 2, "etf-daily-3x": 3} {
		x, err := LookupToken(name)
		if err != nil {
			t.Fatal(err)
		}
		token, err := x.Spec().Build()
		if err != nil {
			t.Fatal(err)
		}
		k, err := tokens.Compile(token, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		life := k.Live(tokens.Path{Step: time.Hour, Bars: make([]tokens.Bar, 8760)})
		if got, want := math.Log(life.NAV), -(target-1)*rate-expenses; !(math.Abs(got-want) < 1e-4) {
			t.Errorf("%s: ln NAV %v; want %v", name, got, want)
		}
	}
}

func ExampleLookupToken() {
	token, err := LookupToken("ethbull3x")
	if err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%s: %gx in [%g, %g]\n",
		token.Name, token.Target(), token.Policy.Values["low"], token.Policy.Values["high"])
	fmt.Println("debt:", token.Debt.Value, "- unknown:", token.Debt.Unknown)
	_, err = LookupToken("ETHBUL3X")
	fmt.Println(err)
	// Output:
	// ETHBULL3X: 3x in [2.7, 3.3]
	// debt: USDC - unknown: true
	// catalogue: no token "ETHBUL3X"; did you mean ETHBULL3X or ETHBULL2X or ETHBULL4X?
}

// An entry that is read alone is that of the whole catalogue, and has a place of its own in its file.
func TestLookupReadsOneEntry(t *testing.T) {
	names, err := files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	has := func(name string) (n int) {
		for _, file := range names {
			data, err := files.ReadFile(file.Name())
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := endOf(data, name, ""); ok {
				n++
			}
		}
		return n
	}
	for _, want := range Tokens() {
		got, err := LookupToken(strings.ToLower(want.Name))
		if err != nil || !reflect.DeepEqual(got, want) || has(want.Name) == 0 {
			t.Errorf("%s: %+v, %v, in %d files; want %+v", want.Name, got, err, has(want.Name), want)
		}
	}
	for _, want := range Underlyings() {
		got, err := LookupUnderlying(strings.ToLower(want.Name))
		if err != nil || !reflect.DeepEqual(got, want) || has(want.Name) == 0 {
			t.Errorf("%s: %+v, %v, in %d files; want %+v", want.Name, got, err, has(want.Name), want)
		}
		// Geometric Brownian motion alone is that of the whole entry.
		want.Recommended, want.Models = Recommendation{}, nil
		if got, err := LookupBrownian(want.Name); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s without models: %v, %v; want %v", want.Name, got, err, want)
		}
	}
}
