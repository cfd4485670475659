package brownian

import (
	"fmt"
	"math"
	"testing"
	"time"

	"mcrisk/models"
	"mcrisk/tokens"
)

// What prospectuses of funds with daily multiples print for a year, in percent:
// (1 + S)^L·exp(−(L² − L)/2·vol²) − 1 for returns S of the underlying and its
// volatility (SEC, f42488d1.htm, Ultra Solana 2x; f38885d1.htm, UltraShort Ether
// −2x). Three routes: the ideal token's median, when the price's is 1 + S; the
// core's volatility decay; and the core itself, reset 20,000 times on a price
// that goes to 1 + S in steps of the same size up and down.
func TestProspectusTables(t *testing.T) {
	for _, table := range []struct {
		leverage float64
		vols     []float64 // percent
		rows     map[float64][]float64
	}{
		{2, []float64{75, 100, 125, 150, 175, 200}, map[float64][]float64{
			-50: {-85.8, -90.8, -94.8, -97.4, -98.8, -99.5},
			0:   {-43.0, -63.2, -79.0, -89.5, -95.3, -98.2},
			50:  {28.2, -17.2, -52.8, -76.3, -89.5, -95.9},
			100: {127.9, 47.2, -16.2, -57.8, -81.3, -92.7},
		}},
		{-2, []float64{10, 25, 50, 75, 100}, map[float64][]float64{
			-50: {288.2, 231.6, 88.9, -26.0, -80.1},
			0:   {-3.0, -17.1, -52.8, -81.5, -95.0},
			50:  {-56.9, -63.2, -79.0, -91.8, -97.8},
			100: {-75.7, -79.3, -88.2, -95.4, -98.8},
		}},
	} {
		const steps = 20_000
		const step = 365 * 24 * time.Hour / steps
		token := tokens.Token{Target: table.leverage, Policy: tokens.Every{Interval: step}, Mechanism: tokens.Perp{},
			AUM: 1e6}
		k, err := tokens.Compile(token, step)
		if err != nil {
			t.Fatal(err)
		}
		for percent, row := range table.rows {
			for i, want := range row {
				name := fmt.Sprintf("%gx %g%% volatility %g%%", table.leverage, percent, table.vols[i])
				t.Run(name, func(t *testing.T) {
					s, sigma := 1+percent/100, table.vols[i]/100
					price := models.GBM{Mu: math.Log(s) + sigma*sigma/2, Sigma: sigma}
					median, err := Ideal{Leverage: table.leverage, Model: price}.Median(1)
					if err != nil {
						t.Fatal(err)
					}
					decay := tokens.VolatilityDecay(table.leverage, sigma*sigma)
					decayed := math.Pow(s, table.leverage) * math.Exp(decay)
					p := tokens.Path{Step: step, Bars: make([]tokens.Bar, steps)}
					for j := range p.Bars {
						p.Bars[j].Move = math.Log(s)/steps + sigma/math.Sqrt(steps)*float64(1-j%2*2)
					}
					lived := k.Live(p).NAV
					for _, r := range []struct {
						what           string
						nav, tolerance float64 // percent: printed with one decimal; steps of a third order
					}{{"median", median, 0.0501}, {"decay", decayed, 0.0501}, {"lifetime", lived, 0.06}} {
						if got := 100 * (r.nav - 1); math.Abs(got-want) > r.tolerance {
							t.Errorf("%s: %+.3f %%; the prospectus says %+.1f %%", r.what, got, want)
						}
					}
				})
			}
		}
	}
}
