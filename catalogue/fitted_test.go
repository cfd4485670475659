package catalogue

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/paths"
)

// renew writes underlyings.yaml anew from the histories that it names.
var renew = flag.String("renew", "", "folder of the histories from which to write underlyings.yaml anew")

// header is what underlyings.yaml begins with.
const header = `# Price models fitted to hourly closes, with the sample they come from. Written by
# make underlyings; the names, files and origins are its input.
#
# sigma and mu: geometric Brownian motion by maximum likelihood. With n log-returns of
# mean m and sample standard deviation s (n-1 in the denominator) over dt = 1/8760
# year each, sigma = s/√dt and mu = m/dt + sigma²/2. The standard errors are
# sigma/√(2n) for normal returns, sigma·√((k-1)/(4n)) for returns of the sample's
# kurtosis k, and sigma/√(n·dt) for mu. All of them take returns to be independent.
# Volatility comes in clusters, so sigma is far less sure than either says: its
# interval of 95 % is of a jackknife over 20 blocks of the sample, in the logarithm,
# corrected by histories of the fitted GARCH, as mcrisk calibrate FILE --model garch
# makes it: the volatility of few years is mostly below that of many.
#
# models: as mcrisk calibrate FILE makes them, garch, gjr and component with variance targeting.
# se is the standard error if the model is right, correlation that of its error with
# those of numbers before it; a number without them was not estimated. The growth
# rates are left out: a few years say little about them.
#
# recommended: the model that simulations of a token use where none is named: the one that
# mcrisk validate ranks first among those that draw nothing from a history. It is not
# written by make underlyings, which keeps it as it is.
#
# Perpetual futures, not spot, because their history has no gap for either asset
# and the spot history of ETH ends in 2022. On the same hours the closes of BTC
# give 0.659 a year on spot and 0.661 on the perpetual; the wicks of the
# perpetual are in its highs and lows, which are not used here.
family: underlyings

underlyings:
`

// refitted is an underlying with every number made anew from its history in a folder.
func refitted(t *testing.T, u Underlying, folder string) Underlying {
	t.Helper()
	file, err := os.Open(filepath.Join(folder, u.Sample.File))
	if os.IsNotExist(err) {
		t.Skipf("%s is not here", u.Sample.File)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	h, err := paths.ReadHistory(file, u.Sample.File)
	if err != nil {
		t.Fatal(err)
	}
	if len(h.Gaps) > 0 {
		t.Fatalf("%s has %d gaps; want none", u.Sample.File, len(h.Gaps))
	}
	returns, dt := h.Returns()
	first, last := h.Bars[0].Start, h.Bars[len(h.Bars)-1].Start
	span := fmt.Sprintf("%s, %s..%s, ", u.Sample.File, first.Format("2006-01-02"), last.Format("2006-01-02"))
	asOf := Provenance{AsOf: last.Format("2006-01-02")}
	u.Sample.First, u.Sample.Last = first.Format("2006-01-02T15:04:05Z"), last.Format("2006-01-02T15:04:05Z")
	u.Sample.Rows, u.Sample.Step = len(h.Bars), strings.TrimSuffix(h.Step.String(), "0m0s")

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
	value := func(v float64, source string) Value {
		return Value{v, Provenance{Source: source, AsOf: asOf.AsOf}}
	}
	closes := fmt.Sprintf("%s%s hourly closes, no gap", span, thousands(len(h.Bars)))
	had := u.Models
	u.Models = nil
	for _, kind := range models.Fittable()[1:] {
		if i := slices.IndexFunc(had, func(f Fit) bool { return f.Kind == kind }); i >= 0 && kind == "component" &&
			u.Name != "SOL" && *renew == "" && os.Getenv("MCRISK_SLOW") == "" {
			u.Models = append(u.Models, had[i]) // each takes longer than all others together; SOL's is the shortest
			continue
		}
		fit := func() (models.Fit, error) { return models.FitKind(kind, returns, dt) }
		if models.HasWeek(kind) {
			series, err := h.Series()
			if err != nil {
				t.Fatal(err)
			}
			fit = func() (models.Fit, error) { return models.FitSeries(kind, series) }
		}
		f, err := fit()
		entry := Fit{Kind: kind, Provenance: asOf}
		entry.Source = fmt.Sprintf("%s%s hourly returns", span, thousands(len(returns)))
		if err != nil {
			entry.Unfitted = strings.TrimPrefix(err.Error(), "models: "+kind+": ")
			u.Models = append(u.Models, entry)
			continue
		}
		entry.Method, entry.Volatility, entry.Numbers = f.Method, f.Volatility, map[string]Fitted{}
		if models.HasStart(kind) {
			series, err := h.Series()
			if err != nil {
				t.Fatal(err)
			}
			if entry.Last, err = models.Filtered(f.Part(), series); err != nil {
				t.Fatal(err)
			}
		}
		for name, v := range f.Part().Values {
			if name != models.Mu.Name {
				entry.Numbers[name] = Fitted{Value: v}
			}
		}
		for i, name := range f.Names {
			if name != models.Mu.Name {
				number := Fitted{Value: f.Values[i], SE: f.SE[i], Correlation: map[string]float64{}}
				for j, other := range f.Names {
					if other != models.Mu.Name && before(kind, other, name) {
						number.Correlation[other] = f.Cov[i][j] / (f.SE[i] * f.SE[j])
					}
				}
				entry.Numbers[name] = number
			}
			if kind == "garch" && name == models.Sigma.Name {
				u.Sigma = value(sigma, fmt.Sprintf("%s; 95 %% interval %s to %s by a block jackknife, corrected by "+
					"simulation, as volatility clusters",
					closes, three(f.Lo[i]), three(f.Hi[i])))
			}
		}
		u.Models = append(u.Models, entry)
	}
	u.SigmaSE = value(sigma/math.Sqrt(2*n), u.Sample.File+", as sigma; for returns that are normal and independent")
	u.SigmaSERobust = value(sigma*math.Sqrt((kurtosis-1)/(4*n)), fmt.Sprintf(
		"%s, as sigma; for returns that are independent, of kurtosis %.1f", u.Sample.File, kurtosis))
	u.Mu = value(mean/dt+sigma*sigma/2, closes+"; by maximum likelihood")
	u.MuSE = value(sigma/math.Sqrt(n*dt), closes+"; by maximum likelihood")
	return u
}

// before says whether a kind of model has one number before another.
func before(kind, one, other string) bool {
	k, _ := models.Registry.Kind(kind)
	at := func(name string) int {
		return slices.IndexFunc(k.Params, func(p param.Param) bool { return p.Name == name })
	}
	return at(one) < at(other)
}

// three writes a number with three digits, trailing zeros included.
func three(v float64) string {
	return fmt.Sprintf("%.*f", max(0, 2-int(math.Floor(math.Log10(v)))), v)
}

func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

// written is underlyings.yaml.
func written(us []Underlying) string {
	var b strings.Builder
	b.WriteString(header)
	for i, u := range us {
		if i > 0 {
			b.WriteString("\n")
		}
		s := u.Sample
		fmt.Fprintf(&b, "  - name: %s\n    sample:\n      file: %s\n      origin: %s\n", u.Name, s.File, s.Origin)
		fmt.Fprintf(&b, "      first: %s\n      last: %s\n      rows: %d\n      step: %s\n",
			s.First, s.Last, s.Rows, s.Step)
		for _, f := range []struct {
			name  string
			value Value
		}{{"sigma", u.Sigma}, {"sigma_se", u.SigmaSE}, {"sigma_se_robust", u.SigmaSERobust},
			{"mu", u.Mu}, {"mu_se", u.MuSE}} {
			fmt.Fprintf(&b, "    %s:\n      value: %.6f\n      source: %s\n      as_of: %s\n", f.name, f.value.Value,
				f.value.Source, f.value.AsOf)
		}
		if r := u.Recommended; i > 0 && r == us[0].Recommended {
			b.WriteString("    recommended: *recommended\n")
		} else if r != (Recommendation{}) {
			anchor := ""
			if i == 0 {
				anchor = " &recommended"
			}
			fmt.Fprintf(&b, "    recommended:%s\n      model: %s\n      reason: %s\n", anchor, r.Model, r.Reason)
			fmt.Fprintf(&b, "      evidence: %s\n      date: %s\n", r.Evidence, r.Date)
		}
		b.WriteString("    models:\n")
		for _, f := range u.Models {
			fmt.Fprintf(&b, "      - kind: %s\n        source: %s\n        as_of: %s\n", f.Kind, f.Source, f.AsOf)
			if f.Unfitted != "" {
				fmt.Fprintf(&b, "        unfitted: %s\n", f.Unfitted)
				continue
			}
			fmt.Fprintf(&b, "        method: %s\n        volatility: %.6g\n", f.Method, f.Volatility)
			if f.Last > 0 {
				fmt.Fprintf(&b, "        last: %.4g\n", f.Last)
			}
			b.WriteString("        numbers:\n")
			kind, _ := models.Registry.Kind(f.Kind)
			for _, p := range kind.Params {
				number, ok := f.Numbers[p.Name]
				switch {
				case !ok: // mu
				case number.SE > 0:
					fmt.Fprintf(&b, "          %s: {value: %.6g, se: %.3g", p.Name, number.Value, number.SE)
					var with []string
					for _, q := range kind.Params {
						if c, ok := number.Correlation[q.Name]; ok {
							with = append(with, fmt.Sprintf("%s: %.4f", q.Name, c))
						}
					}
					if with != nil {
						fmt.Fprintf(&b, ", correlation: {%s}", strings.Join(with, ", "))
					}
					b.WriteString("}\n")
				default:
					fmt.Fprintf(&b, "          %s: {value: %.6g}\n", p.Name, number.Value)
				}
			}
		}
	}
	return b.String()
}

// The file holds what its histories give: every word of it, and every number to within
// a hundredth of its standard error, which is further than processors differ.
func TestUnderlyingsFile(t *testing.T) {
	if testing.Short() && *renew == "" {
		t.Skip("fits all models to three histories, half a minute")
	}
	folder := filepath.Join("..", "..", "shared", "data")
	if *renew != "" {
		folder = *renew
	}
	var us []Underlying
	for _, u := range Underlyings() {
		us = append(us, refitted(t, u, folder))
	}
	if *renew != "" {
		if err := os.WriteFile("underlyings.yaml", []byte(written(us)), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	text, err := os.ReadFile("underlyings.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for i, u := range Underlyings() {
		for k, f := range us[i].Models {
			if len(u.Models) <= k || len(u.Models[k].Numbers) != len(f.Numbers) {
				t.Fatalf("%s: no %s, or one of other numbers; want %+v", u.Name, f.Kind, f)
			}
			have := u.Models[k]
			for name, want := range f.Numbers {
				got := have.Numbers[name]
				for other, c := range want.Correlation {
					if g, ok := got.Correlation[other]; !ok || !(math.Abs(g-c) <= 0.01) {
						t.Errorf("%s, %s: correlation of %s and %s = %v; the history gives %v", u.Name, f.Kind, name,
							other, g, c)
					}
				}
				if off := math.Abs(got.Value - want.Value); !(off <= 1e-5*math.Abs(want.Value)+want.SE/100) ||
					!(math.Abs(got.SE-want.SE) <= 0.02*want.SE) {
					t.Errorf("%s, %s: %s = %v; the history gives %v", u.Name, f.Kind, name, got, want)
				}
			}
			if off := math.Abs(have.Volatility - f.Volatility); !(off <= 1e-3*f.Volatility) {
				t.Errorf("%s, %s: volatility %v; the history gives %v", u.Name, f.Kind, have.Volatility, f.Volatility)
			}
			if off := math.Abs(have.Last - f.Last); !(off <= 0.01*f.Last) {
				t.Errorf("%s, %s: volatility %v at the end; the history gives %v", u.Name, f.Kind, have.Last, f.Last)
			}
			us[i].Models[k].Numbers, us[i].Models[k].Volatility = have.Numbers, have.Volatility
			us[i].Models[k].Last = have.Last
		}
	}
	if want := written(us); string(text) != want {
		t.Errorf("underlyings.yaml is out of step with its histories; want\n%s", want)
	}
}

// What is written of the file's own numbers is the file: nothing in it is lost when it is renewed.
func TestUnderlyingsFileIsKept(t *testing.T) {
	text, err := os.ReadFile("underlyings.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if want := written(Underlyings()); string(text) != want {
		t.Errorf("underlyings.yaml would become\n%s", want)
	}
}

// Every underlying has a recommended model, on a page that is there, or a volatility that is assumed.
func TestRecommended(t *testing.T) {
	for _, u := range Underlyings() {
		if u.Recommended == (Recommendation{}) {
			if !u.Sigma.Unknown {
				t.Errorf("%s: no recommended model, though its volatility is known", u.Name)
			}
			continue
		}
		if models.Resamples(u.Recommended.Model) || u.Source(u.Recommended.Model) == "" {
			t.Errorf("%s: %s draws from a history or is not fitted to one", u.Name, u.Recommended.Model)
		}
		if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(u.Recommended.Evidence))); err != nil {
			t.Errorf("%s: %v", u.Name, err)
		}
	}
}
