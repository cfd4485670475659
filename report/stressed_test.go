package report_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/catalogue"
	"mcrisk/param"
	"mcrisk/plots"
	"mcrisk/report"
	"mcrisk/study"
	"mcrisk/tokens"
)

var stressedRoot = flag.String("stressed", "", "write docs/evidence/stressed.md and its figure in this `folder`")

// stressedStudy is a year of hours of tokens on the underlying of the first one of the catalogue, under the
// price model recommended for it.
func stressedStudy(t *testing.T, name string, paths int, specs ...study.TokenSpec) *study.Study {
	t.Helper()
	entry, err := catalogue.LookupToken(name)
	if err != nil {
		t.Fatal(err)
	}
	u, err := catalogue.LookupUnderlying(entry.Underlying)
	if err != nil {
		t.Fatal(err)
	}
	s, err := study.New(study.Spec{Model: u.Model(u.Recommended.Model), Horizon: 365 * 24 * time.Hour, Step: time.Hour,
		Paths: paths, Seed: 1, Tokens: specs})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// variant is a token of the catalogue under a name of its own, with numbers changed.
func variant(t *testing.T, name, as string, numbers param.Values) study.TokenSpec {
	t.Helper()
	entry, err := catalogue.LookupToken(name)
	if err != nil {
		t.Fatal(err)
	}
	spec := entry.Spec()
	spec.Name = as
	values := param.Values{}
	for _, from := range []param.Values{spec.Values, numbers} {
		for k, v := range from {
			values[k] = v
		}
	}
	spec.Values = values
	return spec
}

// A keeperPair is two keepers that are out of service equally often: at random, and the more often the higher
// the variance of the last hours is.
type keeperPair struct {
	share [2]float64            // of the time
	p     [2]analytics.Estimate // liquidated within the year
	more  analytics.Estimate    // their difference, on the same paths
}

// outagesOf are the numbers of a keeper with so many outages a year of so long, at random or by variance.
func outagesOf(rate float64, length time.Duration, byVariance bool) param.Values {
	v := param.Values{"outage-length": length.Seconds(), "outage-rate": rate}
	if byVariance {
		v["stressed"], v["outage-rate"], v["stress-outage-rate"] = 1, 0, rate
		v["stress-gas"], v["stress-impact"] = 0, 0
	}
	return v
}

// keepers pairs keepers whose outages come at such rates a year at normal variance with ones of the same
// share of the time, and puts a keeper that is never out before them.
func keepers(t *testing.T, name string, paths int, length time.Duration, rates []float64,
) (never analytics.Estimate, pairs []keeperPair) {
	t.Helper()
	count := func(s *study.Study) (down []float64, es []tokens.Ensemble) {
		down = make([]float64, s.Tokens())
		es, err := study.Ensembles(context.Background(), s, study.Options{}, []string{"liquidations"},
			func(c *study.Chunk) error {
				for i, n := range c.Down {
					down[i] += float64(n) / float64(s.Spec().Paths) / 8760
				}
				return nil
			})
		if err != nil {
			t.Fatal(err)
		}
		return down, es
	}
	var first []study.TokenSpec
	for _, r := range rates {
		first = append(first, variant(t, name, fmt.Sprintf("by variance %v", r), outagesOf(r, length, true)))
	}
	shares, _ := count(stressedStudy(t, name, min(paths, 2000), first...))
	all := []study.TokenSpec{variant(t, name, "never", nil)}
	for i, s := range shares {
		years := length.Hours() / 8760
		all = append(all, variant(t, name, fmt.Sprintf("at random %v", rates[i]),
			outagesOf(s/(1-s)/years, length, false)), first[i])
	}
	s := stressedStudy(t, name, paths, all...)
	down, es := count(s)
	metric := []analytics.Metric{analytics.MustLookup("p_liquidation")}
	cases := make([]*analytics.Case, len(es))
	for i := range es {
		cases[i] = assess.Case(s, i, &es[i], false)
	}
	never = analytics.CompareBy(metric, cases[0], cases[0])[0].Estimate
	for i := 1; i < len(es); i += 2 {
		random := analytics.CompareBy(metric, cases[i], cases[i])[0]
		by := analytics.CompareBy(metric, cases[i+1], cases[i])[0]
		pairs = append(pairs, keeperPair{[2]float64{down[i], down[i+1]},
			[2]analytics.Estimate{random.Estimate, by.Estimate}, by.Versus})
	}
	return never, pairs
}

// A keeper that is out of service when the variance is high liquidates more often than one that is out as
// often at random.
func TestKeeperOutWhenItMatters(t *testing.T) {
	_, pairs := keepers(t, "ETHBULL3X", 1024, 6*time.Hour, []float64{60})
	p := pairs[0]
	if r := p.share[1] / p.share[0]; !(r > 0.9 && r < 1.1 && p.share[0] > 0.02) {
		t.Fatalf("out of service %v of the time at random, and %v by variance; want as much", p.share[0], p.share[1])
	}
	if !(p.more.Lo > 0) {
		t.Errorf("liquidated: %+v at random, %+v by variance; want surely more", p.p[0], p.p[1])
	}
}

// The page of evidence and its figure: make stressed.
func TestStressedPage(t *testing.T) {
	if *stressedRoot == "" {
		t.Skip("slow; make stressed runs it")
	}
	const paths = 20_000
	var b strings.Builder
	b.WriteString(stressedHead)
	for _, name := range []string{"ETHBULL3X", "hyperliquid-btc3x"} {
		s := stressedStudy(t, name, paths, variant(t, name, name, param.Values{"gas": 1}),
			variant(t, name, name+"+stressed", param.Values{"gas": 1, "stressed": 1}))
		c, err := assess.Compare(context.Background(), s, assess.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range c.Metrics {
			switch m.Name {
			case "p_liquidation", "cost_drag", "max_drawdown", "log_growth":
				x := m.Tokens[1]
				fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", name, m.Name, number(m.Tokens[0].Estimate),
					number(x.Estimate), number(x.Versus))
			}
		}
	}
	const length = 6 * time.Hour
	rates := []float64{3, 10, 30, 60}
	never, pairs := keepers(t, "ETHBULL3X", paths, length, rates)
	fmt.Fprintf(&b, stressedKeepers, number(never))
	random, by := plots.Series{Name: "at random"}, plots.Series{Name: "when variance is high"}
	for _, p := range pairs {
		fmt.Fprintf(&b, "| %s %% | %s %% | %s | %s | %s | %.2g |\n", report.Short3(100*p.share[0]),
			report.Short3(100*p.share[1]), number(p.p[0]), number(p.p[1]), number(p.more), p.p[1].Value/p.p[0].Value)
		random.X, random.Y = append(random.X, p.share[1]), append(random.Y, p.p[0])
		by.X, by.Y = append(by.X, p.share[1]), append(by.Y, p.p[1])
	}
	f, err := plots.Sensitivity(plots.SensitivityData{
		Title:  "Liquidations of ETHBULL3X by when its keeper is out of service",
		XLabel: "Time that the keeper is out of service (%)",
		XScale: plots.Percent,
		Caption: fmt.Sprintf("%s years of hours; outages of 6 hours; 95 %% intervals of the estimates",
			report.Thousands(paths)),
		Metrics: []plots.SensitivityPanel{{Label: "Liquidated within a year (%)", Scale: plots.Percent,
			Series: []plots.Series{random, by}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var png bytes.Buffer
	if err := f.WritePNG(&png); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"docs/figures/stressed.png": png.Bytes(),
		"docs/evidence/stressed.md": []byte(b.String() + stressedTail)} {
		if err := os.WriteFile(filepath.Join(*stressedRoot, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

func number(e analytics.Estimate) string {
	return fmt.Sprintf("%s (%s to %s)", report.Value(e), report.Short3(e.Lo), report.Short3(e.Hi))
}

const stressedHead = `# Costs and outages that follow the variance

Written by "make stressed".

Under the setting ` + "`stressed`" + ` a trade's gas is multiplied by x, its impact by √x, and the keeper has 12·x
outages a year of an hour each, besides others, where x is the realised variance of the last hours over its long-run
level: squared hourly returns with weights that fall by a factor e in 4 hours. Sources of the
numbers: impact grows in proportion to volatility by the square-root law; on 2025-10-10, with x near 150, Ethereum's
fees were some hundred times the usual. How often keepers fail is not published; 12 a year is an assumption. All are
numbers of a token, and sweeps take them.

20,000 years of hours under the price model recommended for the underlying, of tokens of the catalogue with gas of
1 USD a trade, the same paths with and without stress. In brackets: 95 % intervals of the estimates (Monte Carlo
error); differences are paired.

| token | metric | without | stressed | difference |
|---|---|---|---|---|
`

const stressedKeepers = `
The same of any token: ` + "`mcrisk compare --tokens ETHBULL3X,ETHBULL3X+stressed`" + `.

## Keepers that fail when it matters

ETHBULL3X with a keeper whose outages take 6 hours, at random or at a rate in proportion to x, equally often; gas and
impact do not follow the variance here. With a keeper that is never out, %s are liquidated within a
year.

| out of service: at random | by variance | liquidated: at random | by variance | difference | ratio |
|---|---|---|---|---|---|
`

const stressedTail = `
![Share of ETHBULL3X liquidated within a year, by when its keeper is out of service](../figures/stressed.png)
`
