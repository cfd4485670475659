package main

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mcrisk/catalogue"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/runs"
	"mcrisk/study"
	"mcrisk/tokens"
)

// studyFlags are the flags that describe a study. Those of registered numbers
// come from the registry.
type studyFlags struct {
	set                                                 *pflag.FlagSet
	spec, token, model, policy, mechanism, band, prices string
	horizon, step, paths, seed                          string
	numbers                                             map[string]*string
	workers                                             int
}

// setting is where a number of the study came from, by parameter name.
type origins map[string]string

// A plan is a study resolved from flags, with what there is to say about it.
type plan struct {
	spec       study.Spec
	origins    origins
	underlying string            // of the catalogue's token; may be empty
	notes      []string          // what the user should know before reading results
	inputs     map[string]string // SHA-256 of files read
}

func addStudyFlags(cmd *cobra.Command) *studyFlags {
	f := &studyFlags{set: cmd.Flags(), numbers: map[string]*string{}}
	s := cmd.Flags()
	s.SortFlags = false
	s.StringVar(&f.token, "token", "", "token of the catalogue, such as ETHBULL3X (see: mcrisk tokens)")
	s.StringVar(&f.spec, "spec", "", "run the study described by this YAML `file`; other flags change it")
	s.StringVar(&f.band, "band", "", "rebalance when leverage leaves `low:high`, as in 2.8:3.2")
	s.StringVar(&f.policy, "policy", "", "`kind` of rebalancing: "+kindList(tokens.Policies.Kinds()))
	s.StringVar(&f.mechanism, "mechanism", "", "`kind` of leverage: "+kindList(tokens.Mechanisms.Kinds()))
	s.StringVar(&f.model, "model", "", "price model: "+kindList(models.Registry.Kinds())+" (default gbm)")
	s.StringVar(&f.prices, "prices", "", "CSV `file` of prices; the volatility is fitted to it and printed")
	s.StringVar(&f.horizon, "horizon", "365d", "length of each lifetime")
	s.StringVar(&f.step, "step", "1h", "time between looks at the price")
	s.StringVar(&f.paths, "paths", "10000", "lifetimes; 1e6 is understood")
	s.StringVar(&f.seed, "seed", "1", "of the random numbers, a whole number")
	s.IntVar(&f.workers, "workers", 0, "processors to use; 0: all. Does not change results")
	number := func(p param.Param, of string) {
		if p.Name == "low" || p.Name == "high" || f.numbers[p.Name] != nil {
			return // --band sets both
		}
		usage := p.Doc
		if p.Unit == param.Choice {
			usage = strings.Join(p.Choices, "|") + ": " + usage
		}
		if of != "" {
			usage = of + ": " + usage
		}
		name := map[param.Unit]string{param.Choice: "name", param.Time: "duration", param.Rate: "rate", param.Fraction: "fraction"}[p.Unit]
		if name == "" {
			name = "number"
		}
		if p.Name == "mu" {
			usage += "; or fitted, with --prices"
		}
		f.numbers[p.Name] = s.String(p.Name, "", "`"+name+"`, "+usage)
	}
	for _, p := range tokens.Params {
		number(p, "")
	}
	for _, k := range tokens.Policies.Kinds() {
		for _, p := range k.Params {
			number(p, k.Name)
		}
	}
	for _, k := range tokens.Mechanisms.Kinds() {
		for _, p := range k.Params {
			number(p, k.Name)
		}
	}
	for _, k := range models.Registry.Kinds() {
		for _, p := range k.Params {
			number(p, "model")
		}
	}
	return f
}

func kindList[T any](kinds []param.Kind[T]) string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.Name)
	}
	return strings.Join(names, "|")
}

// flagError says which flag was meant.
func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		var names []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		if near := param.Nearest(unknown.GetSpecifiedName(), names); len(near) > 0 {
			return badInput("%w; did you mean --%s?", err, strings.Join(near, " or --"))
		}
	}
	return inputError{err}
}

// plan resolves the flags: the spec's file or the catalogue's token or plain
// defaults first, then whatever was given on top.
func (f *studyFlags) plan() (*plan, error) {
	p := &plan{origins: origins{}, inputs: map[string]string{}}
	if err := f.base(p); err != nil {
		return nil, inputError{err}
	}
	var faults []error
	note := func(err error) {
		if err != nil {
			faults = append(faults, err)
		}
	}
	note(f.kinds(p))
	note(f.fit(p))
	note(f.given(p))
	note(f.grid(p))
	if err := errors.Join(faults...); err != nil {
		return nil, inputError{err}
	}
	spec, err := p.spec.Complete()
	if err != nil {
		return nil, inputError{err}
	}
	p.spec = spec
	for _, t := range spec.Tokens {
		if token, err := t.Build(); err == nil {
			if b, ok := token.Policy.(tokens.Band); ok && b.High >= math.Abs(token.LiquidationLeverage()) {
				p.notes = append(p.notes, fmt.Sprintf("%s: the band's upper edge %v is beyond the leverage %.4g at which the venue liquidates", t.Name, b.High, math.Abs(token.LiquidationLeverage())))
			}
		}
	}
	return p, nil
}

func (f *studyFlags) base(p *plan) error {
	switch {
	case f.spec != "" && f.token != "":
		return errors.New("--spec and --token; want one of them")
	case f.spec != "":
		data, err := os.ReadFile(f.spec)
		if err != nil {
			return err
		}
		if p.spec, err = runs.ReadSpec(data, f.spec); err != nil {
			return err
		}
		p.inputs[f.spec] = runs.SpecHash(data)
		for _, kind := range []string{"model", "policy", "mechanism"} {
			p.origins[kind] = "spec"
		}
		for _, part := range p.spec.Tokens {
			for name := range part.Values {
				p.origins[name] = "spec"
			}
			for _, v := range []param.Values{part.Policy.Values, part.Mechanism.Values} {
				for name := range v {
					p.origins[name] = "spec"
				}
			}
		}
		for name := range p.spec.Model.Values {
			p.origins[name] = "spec"
		}
	case f.token != "":
		entry, err := catalogue.LookupToken(f.token)
		if err != nil {
			return err
		}
		p.underlying = entry.Underlying
		p.spec.Tokens = []study.TokenSpec{fromCatalogue(entry, p.origins)}
	default:
		if *f.numbers["target"] == "" {
			return errors.New("no token; want --token NAME (see: mcrisk tokens), --spec FILE, or the parts of one, beginning with --target")
		}
		p.spec.Tokens = []study.TokenSpec{{Policy: param.Part{Kind: "hold"}, Mechanism: param.Part{Kind: "loan"}}}
		if f.band != "" {
			p.spec.Tokens[0].Policy.Kind = "band"
		}
	}
	if p.spec.Model.Kind == "" {
		p.spec.Model.Kind = "gbm"
	}
	return nil
}

// kinds applies --policy, --mechanism, --model and --band.
func (f *studyFlags) kinds(p *plan) error {
	if f.model != "" && f.model != p.spec.Model.Kind {
		if _, err := models.Registry.Kind(f.model); err != nil {
			return fmt.Errorf("--model: %w", err)
		}
		p.spec.Model = param.Part{Kind: f.model}
	}
	for name, given := range map[string]string{"model": f.model, "policy": f.policy + f.band, "mechanism": f.mechanism} {
		if given != "" {
			p.origins[name] = "given"
		}
	}
	for i := range p.spec.Tokens {
		t := &p.spec.Tokens[i]
		if f.policy != "" && f.policy != t.Policy.Kind {
			t.Policy = param.Part{Kind: f.policy}
		}
		if f.mechanism != "" && f.mechanism != t.Mechanism.Kind {
			t.Mechanism = param.Part{Kind: f.mechanism}
		}
		if f.band == "" {
			continue
		}
		low, high, err := parseBand(f.band)
		if err != nil {
			return err
		}
		if f.policy != "" && f.policy != "band" {
			return fmt.Errorf("--band with --policy %s; want --policy band", f.policy)
		}
		if t.Policy.Kind != "band" {
			t.Policy = param.Part{Kind: "band"}
		}
		values := param.Values{}
		maps.Copy(values, t.Policy.Values)
		values["low"], values["high"] = low, high
		t.Policy.Values = values
		p.origins["low"], p.origins["high"] = "given", "given"
	}
	return nil
}

// parseBand reads low:high; a short token's band may be written signed.
func parseBand(text string) (low, high float64, err error) {
	a, b, ok := strings.Cut(text, ":")
	low, err1 := param.Number(a)
	high, err2 := param.Number(b)
	if !ok || err1 != nil || err2 != nil || math.IsNaN(low) || math.IsNaN(high) {
		return 0, 0, fmt.Errorf("--band = %q; want low:high, as in 2.8:3.2", text)
	}
	if low < 0 && high < 0 {
		low, high = -high, -low
	}
	if !(low <= high) || low < 0 {
		return 0, 0, fmt.Errorf("--band = %q; want low:high with low ≤ high", text)
	}
	return low, high, nil
}

// fit takes the volatility from the catalogue or from --prices.
func (f *studyFlags) fit(p *plan) error {
	if f.prices != "" {
		h, err := readHistory(f.prices)
		if err != nil {
			return err
		}
		fit, err := models.FitGBM(h.LogReturns(), h.StepYears())
		if err != nil {
			return fmt.Errorf("%s: %w", f.prices, err)
		}
		if p.inputs[f.prices], err = runs.FileHash(f.prices); err != nil {
			return err
		}
		mu, sigma := fit.Values[0], fit.Values[1]
		if p.spec, err = p.spec.With("sigma", sigma); err != nil {
			return fmt.Errorf("--prices: %w", err)
		}
		p.origins["sigma"] = fmt.Sprintf("fitted to %s: %d returns of %s, standard error %.4g", f.prices, fit.N, param.FormatSeconds(h.Step.Seconds()), fit.SE[1])
		if *f.numbers["mu"] == "fitted" {
			if p.spec, err = p.spec.With("mu", mu); err != nil {
				return fmt.Errorf("--prices: %w", err)
			}
			p.origins["mu"] = fmt.Sprintf("fitted to %s, standard error %.4g", f.prices, fit.SE[0])
			if fit.SE[0] > math.Abs(mu) {
				p.notes = append(p.notes, fmt.Sprintf("the fitted growth rate %.4g is smaller than its standard error %.4g", mu, fit.SE[0]))
			}
		}
		for _, g := range h.Gaps {
			p.notes = append(p.notes, fmt.Sprintf("%s: %s; no return was taken over it", f.prices, g))
		}
		if p.spec.Model.Kind != "gbm" {
			p.notes = append(p.notes, "sigma was fitted as if all variance came from the diffusion; jumps add to it")
		}
		return nil
	}
	if *f.numbers["mu"] == "fitted" {
		return errors.New("--mu fitted; want --prices FILE to fit it to")
	}
	if _, ok := p.spec.Model.Values["sigma"]; !ok && p.underlying != "" && p.spec.Model.Kind != "" {
		u, err := catalogue.LookupUnderlying(p.underlying)
		if err != nil {
			return err
		}
		if spec, err := p.spec.With("sigma", u.Sigma.Value); err == nil { // a model without sigma keeps its own
			p.spec = spec
			p.origins["sigma"] = fmt.Sprintf("catalogue: %s, %s", u.Sigma.Source, u.Sigma.AsOf)
		}
	}
	return nil
}

// given applies the numbers named on the command line.
func (f *studyFlags) given(p *plan) error {
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(f.numbers)) {
		text := *f.numbers[name]
		if !f.set.Changed(name) || name == "mu" && text == "fitted" {
			continue
		}
		param, err := p.spec.Param(name)
		if err != nil {
			faults = append(faults, fmt.Errorf("--%w", err))
			continue
		}
		v, err := param.Parse(text)
		if err == nil {
			p.spec, err = p.spec.With(name, v)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("--%w", err))
		}
		p.origins[name] = "given"
	}
	for i := range p.spec.Tokens {
		if t := &p.spec.Tokens[i]; t.Name == "" {
			t.Name = describe(t)
		}
	}
	return errors.Join(faults...)
}

// describe names a token made of parts.
func describe(t *study.TokenSpec) string {
	name := strconv.FormatFloat(t.Values["target"], 'g', -1, 64) + "x"
	return name + "-" + t.Policy.Kind + "-" + t.Mechanism.Kind
}

// grid applies horizon, step, paths and seed.
func (f *studyFlags) grid(p *plan) error {
	var faults []error
	duration := func(name, text string, dst *time.Duration) {
		if *dst != 0 && !f.set.Changed(name) {
			return // the spec's
		}
		v, err := param.Seconds(text)
		if err != nil || v > math.MaxInt64/1e9 {
			faults = append(faults, fmt.Errorf("--%s = %q; want a duration such as 30d, 1h or 5m, at most 292 years", name, text))
			return
		}
		*dst = tokens.Duration(v)
	}
	duration("horizon", f.horizon, &p.spec.Horizon)
	duration("step", f.step, &p.spec.Step)
	if p.spec.Paths == 0 || f.set.Changed("paths") {
		n, err := runs.Count(f.paths)
		if err != nil || n < 1 || n > 1<<40 {
			faults = append(faults, fmt.Errorf("--paths = %q; want a whole number of at least 1, such as 10000 or 1e6", f.paths))
		}
		p.spec.Paths = int(min(n, 1<<40))
	}
	if p.spec.Seed == 0 || f.set.Changed("seed") {
		n, err := runs.Count(f.seed)
		if err != nil {
			faults = append(faults, fmt.Errorf("--seed = %w", err))
		}
		p.spec.Seed = n
	}
	if f.workers < 0 {
		faults = append(faults, fmt.Errorf("--workers = %d; want 0 for all processors, or how many", f.workers))
	}
	return errors.Join(faults...)
}

func readHistory(path string) (*paths.History, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return paths.ReadHistory(file, path)
}

// fromCatalogue turns a real token's entry into the spec of one, and notes
// where each number comes from.
func fromCatalogue(e catalogue.Token, o origins) study.TokenSpec {
	t := study.TokenSpec{
		Name:      e.Name,
		Policy:    param.Part{Kind: "band", Values: param.Values{}},
		Mechanism: param.Part{Kind: e.Mechanism.Value, Values: param.Values{}},
		Values:    param.Values{},
	}
	set := func(values param.Values, name string, v catalogue.Value) {
		values[name] = v.Value
		o[name] = provenance(v.Provenance)
	}
	set(t.Values, "target", e.Target)
	set(t.Values, "fee", e.Cost.Fee)
	set(t.Values, "impact-base", e.Cost.ImpactBase)
	set(t.Values, "impact", e.Cost.ImpactCoefficient)
	set(t.Values, "impact-exponent", e.Cost.ImpactExponent)
	set(t.Values, "gas", e.Cost.GasUSD)
	set(t.Values, "aum", e.AUM)
	set(t.Values, "entry-fee", e.EntryFee)
	set(t.Values, "exit-fee", e.ExitFee)
	set(t.Values, "streaming-fee", e.StreamingFee)
	set(t.Policy.Values, "low", e.BandLow)
	set(t.Policy.Values, "high", e.BandHigh)
	to := map[string]float64{"edge": float64(tokens.Edge), "target": float64(tokens.Target)}
	t.Policy.Values["to"] = to[e.Destination.Value]
	o["to"] = provenance(e.Destination.Provenance)
	o["policy"], o["mechanism"] = o["to"], provenance(e.Mechanism.Provenance)
	set(t.Mechanism.Values, "borrow", e.Loan.BorrowRate)
	set(t.Mechanism.Values, "supply", e.Loan.SupplyRate)
	set(t.Mechanism.Values, "liquidation-threshold", e.Loan.LiquidationThreshold)
	set(t.Mechanism.Values, "liquidation-bonus", e.Loan.LiquidationBonus)
	return t
}

func provenance(p catalogue.Provenance) string {
	if p.Unknown {
		return "catalogue, not published; assumed: " + p.Assumption
	}
	return "catalogue, " + p.AsOf + ": " + p.Source
}

// settings lists every number of the study and where it came from.
func (p *plan) settings() []runs.Setting {
	var list []runs.Setting
	add := func(prefix string, ps []param.Param, values param.Values) {
		for _, q := range ps {
			origin := p.origins[q.Name]
			if origin == "" {
				origin = "default"
			}
			list = append(list, runs.Setting{Name: prefix + q.Name, Value: q.Format(values[q.Name]), Origin: origin})
		}
	}
	model, _ := models.Registry.Kind(p.spec.Model.Kind)
	list = append(list, runs.Setting{Name: "model", Value: model.Name + " (" + model.Doc + ")", Origin: p.kindOrigin("model")})
	add("", model.Params, p.spec.Model.Values)
	for _, t := range p.spec.Tokens {
		prefix := ""
		if len(p.spec.Tokens) > 1 {
			prefix = t.Name + ": "
		}
		policy, _ := tokens.Policies.Kind(t.Policy.Kind)
		mechanism, _ := tokens.Mechanisms.Kind(t.Mechanism.Kind)
		add(prefix, tokens.Params, t.Values)
		list = append(list, runs.Setting{Name: prefix + "policy", Value: policy.Name, Origin: p.kindOrigin("policy")})
		add(prefix, policy.Params, t.Policy.Values)
		list = append(list, runs.Setting{Name: prefix + "mechanism", Value: mechanism.Name, Origin: p.kindOrigin("mechanism")})
		add(prefix, mechanism.Params, t.Mechanism.Values)
	}
	return list
}

func (p *plan) kindOrigin(name string) string {
	if o := p.origins[name]; o != "" {
		return o
	}
	return "default"
}
