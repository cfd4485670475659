package assess

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mcrisk/paths"
)

var updateRates = flag.Bool("update-rates", false, "write docs/evidence/random-rates.md")

// ratesPage is where what was fitted to the series on file stands.
const ratesPage = "../docs/evidence/random-rates.md"

// The page of laws of rates is what fits to the series on file say: most of the years lie in the inner nine tenths
// of each law. It takes half a minute, so only with the flag or MCRISK_SLOW.
func TestRandomRatesPage(t *testing.T) {
	if !*updateRates && os.Getenv("MCRISK_SLOW") == "" {
		t.Skip("slow: -update-rates or MCRISK_SLOW")
	}
	old, err := os.ReadFile(ratesPage)
	if err != nil {
		t.Fatal(err)
	}
	text, _, found := strings.Cut(string(old), "## Fits\n")
	if !found {
		t.Fatal("the page has no section Fits")
	}
	var page strings.Builder
	page.WriteString(text + "## Fits\n\nWritten by `go test ./assess -run RandomRatesPage -update-rates`.\n")
	inside, all := 0, 0
	for _, c := range []struct {
		title, file, column string
		where               map[string]string
		floor               float64
		prices              string // with whose returns shocks are correlated
	}{
		{"Hyperliquid, BTC", "funding_hyperliquid_1h.csv", paths.PerPeriod, map[string]string{"symbol": "BTC"}, -0.05,
			"btc_usdt_perp_1h.csv"},
		{"Hyperliquid, ETH", "funding_hyperliquid_1h.csv", paths.PerPeriod, map[string]string{"symbol": "ETH"}, -0.05,
			"eth_usdt_perp_1h.csv"},
		{"Binance, BTC", "funding_binance_8h.csv", paths.PerPeriod, map[string]string{"symbol": "BTC"}, -0.05,
			"btc_usdt_perp_1h.csv"},
		{"Binance, ETH", "funding_binance_8h.csv", paths.PerPeriod, map[string]string{"symbol": "ETH"}, -0.05,
			"eth_usdt_perp_1h.csv"},
		{"dYdX, BTC", "funding_dydx_1h.csv", paths.PerPeriod, map[string]string{"symbol": "BTC"}, -0.05,
			"btc_usdt_perp_1h.csv"},
		{"dYdX, ETH", "funding_dydx_1h.csv", paths.PerPeriod, map[string]string{"symbol": "ETH"}, -0.05,
			"eth_usdt_perp_1h.csv"},
		{"Aave, USDT on Ethereum, borrow", "aave_v3_rates_daily.csv", "borrow_apr",
			map[string]string{"chain": "ethereum", "asset": "USDT"}, 0, "eth_usdt_perp_1h.csv"},
		{"Aave, USDC on Arbitrum, borrow", "aave_v3_rates_daily.csv", "borrow_apr",
			map[string]string{"chain": "arbitrum", "asset": "USDC"}, 0, ""},
		{"Aave, WETH on Ethereum, borrow", "aave_v3_rates_daily.csv", "borrow_apr",
			map[string]string{"chain": "ethereum", "asset": "WETH"}, 0, "eth_usdt_perp_1h.csv"},
		{"Aave v2, USDC, supply", "aave_supply_apy_2020_2022.csv", "usdc_supply_apy", nil, 0, "eth_usdt_perp_1h.csv"},
	} {
		file, err := os.Open(filepath.Join("../../shared/data", c.file))
		if err != nil {
			t.Skip("the series are not here: ", err)
		}
		defer file.Close()
		s, err := paths.ReadRates(file, c.file, paths.RatesOptions{Column: c.column, Where: c.where})
		if err != nil {
			t.Fatal(err)
		}
		kinds := []string(nil)
		if strings.Contains(c.title, "WETH") || strings.Contains(c.title, "supply") || strings.Contains(c.title,
			"dYdX") {
			kinds = []string{"level", "ou"} // the slopes are those of USDC's borrowers, the formula that of Hyperliquid
		}
		var prices *paths.History
		if c.prices != "" {
			prices = historyOf(t, c.prices)
		}
		r, err := FitRates(context.Background(), s, prices, kinds, c.floor)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&page, "\n### %s\n\n`%s`, column `%s`, %d values.\n\n| law | number | estimate | s.e. | 95 %% "+
			"interval |\n"+
			"|---|---|---|---|---|\n", c.title, c.file, s.Column, len(s.Values))
		number := func(v float64) string {
			if math.IsNaN(v) {
				return ""
			}
			return fmt.Sprintf("%.3g", v)
		}
		var years strings.Builder
		for _, f := range r.Fits {
			for _, n := range f.Numbers {
				interval := ""
				if n.Lo <= n.Hi {
					interval = number(n.Lo) + " to " + number(n.Hi)
				}
				fmt.Fprintf(&page, "| `%s` | %s | %s | %s | %s |\n", f.Kind, n.Name, number(n.Value), number(n.SE),
					interval)
			}
			fmt.Fprintf(&years, "| `%s` |", f.Kind)
			for _, y := range f.Years {
				mark := ""
				all++
				if y.PIT >= 0.05 && y.PIT <= 0.95 {
					inside++
				} else {
					mark = " (outside)"
				}
				fmt.Fprintf(&years, " %d: %.1f %%, %.2f%s;", y.Year, 100*y.Mean, y.PIT, mark)
			}
			years.WriteString(" |\n")
		}
		fmt.Fprintf(&page, "\n| law | mean of each year, and the probability of a lower one |\n|---|---|\n%s",
			years.String())
		for _, u := range r.Unfitted {
			fmt.Fprintf(&page, "\nNot fitted: %v.\n", u.Err)
		}
	}
	fmt.Fprintf(&page, "\nOf %d means of years, %d lie between the probabilities .05 and .95 of their law.\n", all,
		inside)
	if inside*10 < all*8 {
		t.Errorf("%d of %d means of years are in the inner nine tenths of their law; want most", inside, all)
	}
	if *updateRates {
		if err := os.WriteFile(ratesPage, []byte(page.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	} else if page.String() != string(old) {
		t.Error("the page is out of date; want it written anew with -update-rates")
	}
}

// historyOf reads a file of prices.
func historyOf(t *testing.T, name string) *paths.History {
	file, err := os.Open(filepath.Join("../../shared/data", name))
	if err != nil {
		t.Skip("the prices are not here: ", err)
	}
	defer file.Close()
	h, err := paths.ReadHistory(file, name)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// Returns are from the last close at the time of one rate to that of the next; where prices are missing, are too far
// apart, or are of other times, there are none or it is an error.
func TestReturnsBetween(t *testing.T) {
	at := func(hour int) time.Time { return time.Date(2024, 1, 1, hour, 0, 0, 0, time.UTC) }
	h := &paths.History{Step: time.Hour}
	for _, hour := range []int{0, 1, 2, 3, 8} { // closes at 1, 2, 3, 4 and 9
		h.Bars = append(h.Bars, paths.Bar{Start: at(hour), Close: math.Exp(float64(hour + 1))})
	}
	got, err := returnsBetween([]time.Time{at(0), at(1), at(3), at(4), at(6), at(9), at(10)}, time.Hour, h)
	if err != nil {
		t.Fatal(err)
	}
	nan := math.NaN()
	for i, want := range []float64{nan, nan, 2, 1, nan, nan, nan} {
		if math.Abs(got[i]-want) > 1e-12 || math.IsNaN(got[i]) != math.IsNaN(want) {
			t.Errorf("returns %v; want %v as number %d", got, want, i)
		}
	}
	if _, err := returnsBetween([]time.Time{at(1), at(2)}, time.Minute, h); err == nil {
		t.Error("prices farther apart than rates: no error")
	}
	if _, err := returnsBetween([]time.Time{at(20), at(21)}, time.Hour, h); err == nil {
		t.Error("prices of other times: no error")
	}
}
