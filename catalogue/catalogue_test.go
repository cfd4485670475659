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
)

func TestEmbedded(t *testing.T) {
	if _, err := load(); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, x := range Tokens() {
		names = append(names, x.Name)
	}
	for _, x := range Underlyings() {
		names = append(names, x.Name)
	}
	if want := []string{"BTCBEAR1X", "BTCBULL2X", "BTCBULL3X", "ETHBULL3X", "BTC", "ETH"}; !slices.Equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
	Tokens()[0].Name = "changed"
	if Tokens()[0].Name != "BTCBEAR1X" {
		t.Error("a caller can change the catalogue")
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
		"ETHBUL3X":  `catalogue: no token "ETHBUL3X"; did you mean ETHBULL3X or BTCBULL3X or BTCBULL2X?`,
		"ethbull2x": `catalogue: no token "ethbull2x"; did you mean ETHBULL3X or BTCBULL2X or BTCBULL3X?`,
		"BTCBEAR":   `catalogue: no token "BTCBEAR"; did you mean BTCBEAR1X?`,
		"SOL":       `catalogue: no token "SOL"; want one of BTCBEAR1X, BTCBULL2X, BTCBULL3X, ETHBULL3X`,
		"":          `catalogue: no token ""; want one of BTCBEAR1X, BTCBULL2X, BTCBULL3X, ETHBULL3X`,
		strings.Repeat("ETHBULL3X", 9): `catalogue: no token "ETHBULL3XETHBULL3XETHBULL3XETHBULL3XETHB"; ` +
			`want one of BTCBEAR1X, BTCBULL2X, BTCBULL3X, ETHBULL3X`,
	} {
		if _, err := LookupToken(name); fmt.Sprint(err) != want {
			t.Errorf("%q gives\n%v\nwant\n%s", name, err, want)
		}
	}
}

func TestUnite(t *testing.T) {
	btc, eth := Underlying{Name: "BTC"}, Underlying{Name: "ETH"}
	_, err := unite([]Family{
		{Tokens: []Token{{Name: "B", Underlying: "ETH"}, {Name: "A", Underlying: "SOL"}, {Name: "b", Underlying: "ETH"}}, Underlyings: []Underlying{eth, btc}},
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
// reach them from the target are P'/P = t(1-T)/(T(1-t)).
func TestBands(t *testing.T) {
	for _, tt := range []struct {
		token            string
		toLow, toHigh    float64 // price moves
		liquidated, drop float64 // leverage, and price move to it from BandHigh
	}{
		{"BTCBULL2X", +0.125000, -0.083333, 4.545455, -0.300699},
		{"BTCBULL3X", +0.058824, -0.043478, 4.545455, -0.106449},
		{"ETHBULL3X", +0.058824, -0.043478, 6.25, -0.170274},
		{"BTCBEAR1X", -0.052632, +0.047619, 3.545455, +0.489091},
	} {
		x, err := LookupToken(tt.token)
		if err != nil {
			t.Fatal(err)
		}
		T := x.Target.Value
		move := func(from, to float64) float64 { return to*(1-from)/(from*(1-to)) - 1 }
		sign := math.Copysign(1, T)
		for _, v := range []struct {
			what      string
			got, want float64
		}{
			{"low", x.BandLow.Value, 0.9 * math.Abs(T)}, {"high", x.BandHigh.Value, 1.1 * math.Abs(T)},
			{"move to low", move(T, sign*x.BandLow.Value), tt.toLow}, {"move to high", move(T, sign*x.BandHigh.Value), tt.toHigh},
			{"liquidation leverage", liquidationLeverage(T, x.Loan.LiquidationThreshold.Value), tt.liquidated},
			{"move to liquidation", move(sign*x.BandHigh.Value, sign*tt.liquidated), tt.drop},
		} {
			if !(math.Abs(v.got-v.want) < 1e-6) {
				t.Errorf("%s: %s = %v; want %v", tt.token, v.what, v.got, v.want)
			}
		}
		if x.Destination.Value != "edge" || x.EntryFee.Value != 0.002 || x.ExitFee.Value != 0.002 || x.StreamingFee.Value != 0 {
			t.Errorf("%s: to %s, fees %v, %v, %v", tt.token, x.Destination.Value, x.EntryFee.Value, x.ExitFee.Value, x.StreamingFee.Value)
		}
	}
}

// The cost law at the sizes tabulated by those who fitted it, in basis points.
func TestCostLaw(t *testing.T) {
	for _, x := range Tokens() {
		for q, want := range map[float64]float64{10e3: 7.4, 50e3: 12.1, 100e3: 16.4, 250e3: 26.1, 500e3: 38.8, 1e6: 59.1, 5e6: 166} {
			c := x.Cost
			got := 1e4 * (c.Fee.Value + c.ImpactBase.Value + c.ImpactCoefficient.Value*math.Pow(q, c.ImpactExponent.Value))
			if math.Abs(got-want) > 0.05 {
				t.Errorf("%s: %v USD cost %.2f bp; want %v", x.Name, q, got, want)
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

// The fitted numbers are those of the file they name, to the last digit printed.
func TestUnderlyingsAreFitted(t *testing.T) {
	for _, u := range Underlyings() {
		rows := shared(t, u.Sample.File)
		if len(rows) != u.Sample.Rows || rows[0]["timestamp"] != u.Sample.First || rows[len(rows)-1]["timestamp"] != u.Sample.Last {
			t.Errorf("%s: %d rows, %s to %s; want %+v", u.Name, len(rows), rows[0]["timestamp"], rows[len(rows)-1]["timestamp"], u.Sample)
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
	source := regexp.MustCompile(`^aave_v3_rates_daily.csv, (\w+) (\w+) (\w+), mean of (\d+) daily readings (\S+)\.\.(\S+) \(range (\S+) to (\S+)\)$`)
	for _, x := range Tokens() {
		for _, rate := range []struct {
			value  Value
			market []string // chain, asset, column
		}{
			{x.Loan.BorrowRate, []string{x.Chain.Value, x.Loan.Debt.Value, "borrow_apr"}},
			{x.Loan.SupplyRate, []string{x.Chain.Value, x.Loan.Collateral.Value, "supply_apr"}},
		} {
			m := source.FindStringSubmatch(rate.value.Source)
			if m == nil || !slices.Equal(m[1:4], rate.market) || m[6] != rate.value.AsOf {
				t.Errorf("%s: source %q does not name %v until %s", x.Name, rate.value.Source, rate.market, rate.value.AsOf)
				continue
			}
			var readings []float64
			sum := 0.0
			for _, row := range rows {
				if row["chain"] == m[1] && row["asset"] == m[2] && row["date"] >= m[5] && row["date"] <= m[6] && row[m[3]] != "" {
					r := number(t, row[m[3]])
					readings, sum = append(readings, r), sum+r
				}
			}
			got := fmt.Sprintf("%d readings, mean %.8f, %.6f to %.6f", len(readings), sum/float64(len(readings)), slices.Min(readings), slices.Max(readings))
			if want := fmt.Sprintf("%s readings, mean %.8f, %s to %s", m[4], rate.value.Value, m[7], m[8]); got != want {
				t.Errorf("%s %v: the file gives %s; want %s", x.Name, rate.market, got, want)
			}
		}
	}
}

// Thresholds and bonuses are the last that the file has for the collateral.
func TestRiskParameters(t *testing.T) {
	rows := shared(t, "aave_v3_risk_params.csv")
	for _, x := range Tokens() {
		var last map[string]string
		for _, row := range rows {
			if row["chain"] == x.Chain.Value && row["asset"] == x.Loan.Collateral.Value && (last == nil || row["from_date"] > last["from_date"]) {
				last = row
			}
		}
		want := fmt.Sprintf("aave_v3_risk_params.csv, %s %s, row of %s, the last until 2026-08-22", x.Chain.Value, x.Loan.Collateral.Value, last["from_date"])
		for column, v := range map[string]Value{"liquidation_threshold": x.Loan.LiquidationThreshold, "liquidation_bonus": x.Loan.LiquidationBonus} {
			if v.Value != number(t, last[column]) || !strings.HasPrefix(v.Source, want) {
				t.Errorf("%s: %s %v from %q; want %s from %q", x.Name, column, v.Value, v.Source, last[column], want)
			}
		}
	}
}

// Values that look known must not rest on what nobody said.
func TestUnknownsAreMarked(t *testing.T) {
	want := map[string][]string{
		"BTCBEAR1X": {"Debt", "Fee", "ImpactBase", "ImpactCoefficient", "ImpactExponent", "GasUSD", "AUM"},
		"BTCBULL2X": {"Debt", "Fee", "ImpactBase", "ImpactCoefficient", "ImpactExponent", "GasUSD", "AUM"},
		"BTCBULL3X": {"BandLow", "BandHigh", "Debt", "Fee", "ImpactBase", "ImpactCoefficient", "ImpactExponent", "GasUSD", "AUM"},
		"ETHBULL3X": {"Debt", "Fee", "ImpactBase", "ImpactCoefficient", "ImpactExponent", "GasUSD", "AUM"},
	}
	for _, x := range Tokens() {
		var got []string
		var walk func(v reflect.Value)
		walk = func(v reflect.Value) {
			for i := range v.NumField() {
				switch field := v.Field(i).Interface().(type) {
				case Loan, Cost:
					walk(v.Field(i))
				case Value:
					if field.Unknown {
						got = append(got, v.Type().Field(i).Name)
					}
				case Text:
					if field.Unknown {
						got = append(got, v.Type().Field(i).Name)
					}
				}
			}
		}
		walk(reflect.ValueOf(x))
		if !slices.Equal(got, want[x.Name]) {
			t.Errorf("%s: %v unknown; want %v", x.Name, got, want[x.Name])
		}
	}
}

func ExampleLookupToken() {
	token, err := LookupToken("ethbull3x")
	if err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%s: %gx in [%g, %g], to the %s\n", token.Name, token.Target.Value, token.BandLow.Value, token.BandHigh.Value, token.Destination.Value)
	fmt.Println("debt:", token.Loan.Debt.Value, "- unknown:", token.Loan.Debt.Unknown)
	_, err = LookupToken("ETHBUL3X")
	fmt.Println(err)
	// Output:
	// ETHBULL3X: 3x in [2.7, 3.3], to the edge
	// debt: USDC - unknown: true
	// catalogue: no token "ETHBUL3X"; did you mean ETHBULL3X or BTCBULL3X or BTCBULL2X?
}
