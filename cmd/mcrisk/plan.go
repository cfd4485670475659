package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"mcrisk/catalogue"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/rundir"
	"mcrisk/study"
	"mcrisk/tokens"
)

// origins say where the numbers and kinds of a study came from, by name. What
// has none is a default.
type origins map[string]string

func (o origins) of(name string) string {
	if from := o[name]; from != "" {
		return from
	}
	return "default"
}

func (o origins) from(origin string, values param.Values) {
	for name := range values {
		o[name] = origin
	}
}

// A plan is a study resolved from flags, with what there is to say about it.
type plan struct {
	command    []string // the command line, spelt out
	flags      []string // those of its flags that describe the study
	spec       study.Spec
	origins    origins
	underlying string            // of the catalogue's token; may be empty
	notes      []string          // what the user should know before reading results
	inputs     map[string]string // SHA-256 of files read
}

func (p *plan) note(format string, args ...any) {
	p.notes = append(p.notes, fmt.Sprintf(format, args...))
}

// plan resolves the flags: the spec's file or the catalogue's token or plain
// defaults first, then whatever was given on top.
func (f *studyFlags) plan() (*plan, error) {
	p := &plan{command: strings.Fields(f.cmd.CommandPath()), origins: origins{}, inputs: map[string]string{}}
	p.flags = f.said()
	f.cmd.Flags().Visit(func(g *pflag.Flag) { p.command = append(p.command, flagTexts(g)...) })
	if err := f.base(p); err != nil {
		return nil, inputError{err}
	}
	err := errors.Join(f.kinds(p), f.fit(p), f.assign(p), f.others(p), f.grid(p))
	if err != nil {
		return nil, inputError{err}
	}
	if f.uncertain {
		p.spec.Uncertain = true
	}
	if p.spec, err = p.spec.Complete(); err != nil {
		return nil, inputError{err}
	}
	for _, t := range p.spec.Tokens {
		token, err := t.Build()
		if err != nil {
			return nil, inputError{err}
		}
		limit := math.Abs(token.LiquidationLeverage())
		if edge := token.Policy.Watch(token.Start(), new(tokens.State)).High; edge >= limit && !math.IsInf(edge, 1) {
			p.note("%s: the policy's upper edge %.4g is beyond the leverage %.4g at which the venue liquidates", t.Name, edge, limit)
		}
		if !f.anyTime {
			p.rounded(t.Name+": latency", token.Keeper.Latency.Seconds())
			p.rounded(t.Name+": keeper-interval", token.Keeper.Interval.Seconds())
		}
	}
	return p, nil
}

// rounded notes the waits, in seconds, that are not whole steps.
func (p *plan) rounded(what string, waits ...float64) {
	step := p.spec.Step
	var texts []string
	for _, v := range waits {
		if tokens.Duration(v)%step != 0 {
			texts = append(texts, param.FormatSeconds(v))
		}
	}
	if len(texts) > 0 {
		p.note("%s %s is rounded up to whole steps of %s; a --step that divides it would see it", what, strings.Join(texts, ", "), param.FormatSeconds(step.Seconds()))
	}
}

// roundedAxes notes such waits of axes.
func (p *plan) roundedAxes(axes []study.Axis) {
	for _, a := range axes {
		if a.Name == "latency" || a.Name == "keeper-interval" {
			p.rounded(a.Name, a.Values...)
		}
	}
}

// said are the flags given that describe the study.
func (f *studyFlags) said() (flags []string) {
	f.cmd.Flags().Visit(func(g *pflag.Flag) {
		if describesStudy(g) {
			flags = append(flags, flagTexts(g)...)
		}
	})
	return flags
}

// flagTexts is a flag as given, once for each of its values.
func flagTexts(g *pflag.Flag) (texts []string) {
	values := []string{g.Value.String()}
	if several, ok := g.Value.(pflag.SliceValue); ok {
		values = several.GetSlice()
	}
	for _, v := range values {
		texts = append(texts, "--"+g.Name+"="+v)
	}
	return texts
}

// base takes the study of --spec or the token of --token, or begins one of
// parts.
func (f *studyFlags) base(p *plan) error {
	if f.spec != "" {
		if err := f.read(p); err != nil {
			return err
		}
	}
	switch {
	case len(p.spec.Tokens) > 0 && (f.token != "" || len(f.tokens) > 0):
		return fmt.Errorf("--token and the tokens of --spec %s; want one of them", f.spec)
	case len(p.spec.Tokens) > 0:
	case len(f.tokens) > 0:
		return f.several(p)
	case f.token != "":
		entry, err := catalogue.LookupToken(f.token)
		if err != nil {
			return err
		}
		p.underlying = entry.Underlying
		p.spec.Tokens = []study.TokenSpec{fromCatalogue(entry, p.origins)}
	case *f.numbers["target"] == "":
		return errors.New("no token; want --token NAME (see: mcrisk tokens), --spec FILE, or the parts of one, beginning with --target")
	default:
		p.spec.Tokens = []study.TokenSpec{{Policy: param.Part{Kind: "hold"}, Mechanism: param.Part{Kind: "loan"}}}
	}
	if p.spec.Model.Kind == "" {
		p.spec.Model.Kind = "gbm"
	}
	if f.bothWays && len(p.spec.Tokens) == 1 {
		otherWay(p)
	}
	return nil
}

// read takes the study of --spec, or a part of one such as a fitted model.
func (f *studyFlags) read(p *plan) error {
	data, err := os.ReadFile(f.spec)
	if err != nil {
		return err
	}
	if f.sweeps {
		p.spec, f.how, err = rundir.ReadSweep(data, f.spec)
	} else {
		p.spec, err = rundir.ReadSpec(data, f.spec)
	}
	if err != nil {
		return err
	}
	p.inputs[f.spec] = rundir.Hash(data)
	p.origins.from("spec", p.spec.Model.Values)
	if p.spec.Model.Kind != "" {
		p.origins["model"] = "spec"
	}
	for _, t := range p.spec.Tokens {
		p.origins.from("spec", param.Values{"policy": 0, "mechanism": 0})
		p.origins.from("spec", t.Values)
		p.origins.from("spec", t.Policy.Values)
		p.origins.from("spec", t.Mechanism.Values)
	}
	for name, set := range map[string]bool{"horizon": p.spec.Horizon != 0, "step": p.spec.Step != 0, "paths": p.spec.Paths != 0, "seed": p.spec.Seed != 0} {
		if set {
			p.origins[name] = "spec"
		}
	}
	return nil
}

// several takes tokens of the catalogue. Where each of their numbers comes from
// is noted under the token's name.
func (f *studyFlags) several(p *plan) error {
	apart := false
	for _, name := range f.tokens {
		entry, err := catalogue.LookupToken(name)
		if err != nil {
			return err
		}
		o := origins{}
		p.spec.Tokens = append(p.spec.Tokens, fromCatalogue(entry, o))
		for key, from := range o {
			p.origins[entry.Name+": "+key] = from
		}
		if p.underlying == "" {
			p.underlying = entry.Underlying
		}
		if entry.Underlying != p.underlying {
			apart = true
			if f.correlation != "" {
				p.spec.Tokens[len(p.spec.Tokens)-1].Underlying = entry.Underlying
			}
		}
	}
	switch {
	case apart && f.correlation == "":
		p.note("the tokens follow different underlyings; all are run on the price of %s, or with --correlation each on its own", p.underlying)
	case !apart && f.correlation != "":
		return fmt.Errorf("--correlation %s; all tokens follow %s", f.correlation, p.underlying)
	}
	p.spec.Model.Kind = "gbm"
	return nil
}

// kinds applies --model, --policy, --mechanism and --band.
func (f *studyFlags) kinds(p *plan) error {
	var faults []error
	note := func(err error) { faults = append(faults, err) }
	note(switchKind(&p.spec.Model, "model", f.model, &models.Registry, p.origins))
	policy := f.policy
	if f.band != "" {
		if policy == "" {
			policy = "band"
		}
		if k, err := tokens.Policies.Kind(policy); err == nil && !slices.ContainsFunc(k.Params, func(p param.Param) bool { return p.Name == "low" }) {
			note(fmt.Errorf("--band with --policy %s, which has no lower edge; want a policy that has, such as band", policy))
		}
	}
	for i := range p.spec.Tokens {
		t := &p.spec.Tokens[i]
		note(switchKind(&t.Policy, "policy", policy, &tokens.Policies, p.origins))
		note(switchKind(&t.Mechanism, "mechanism", f.mechanism, &tokens.Mechanisms, p.origins))
	}
	if err := errors.Join(faults...); err != nil || f.band == "" {
		return err
	}
	low, high, err := parseBand(f.band)
	if err != nil {
		return err
	}
	p.origins.from("given", param.Values{"low": 0, "high": 0})
	for i := range p.spec.Tokens {
		values := maps.Clone(p.spec.Tokens[i].Policy.Values)
		if values == nil {
			values = param.Values{}
		}
		values["low"], values["high"] = low, high
		p.spec.Tokens[i].Policy.Values = values
	}
	return nil
}

// switchKind changes the kind of a part to the one given, and keeps the numbers
// that both have.
func switchKind[T any](part *param.Part, what, kind string, registry *param.Registry[T], o origins) error {
	if kind == "" {
		return nil
	}
	k, err := registry.Kind(kind)
	if err != nil {
		return fmt.Errorf("--%s: %w", what, err)
	}
	o[what] = "given"
	kept := param.Values{}
	for name, v := range part.Values {
		if slices.ContainsFunc(k.Params, func(p param.Param) bool { return p.Name == name }) {
			kept[name] = v
		} else {
			delete(o, name)
		}
	}
	*part = param.Part{Kind: kind, Values: kept}
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

// fit takes the volatility from --prices, and the growth rate with --mu fitted;
// or else the volatility from the catalogue.
func (f *studyFlags) fit(p *plan) error {
	switch {
	case f.prices != "":
		return f.fitPrices(p)
	case *f.numbers["mu"] == "fitted":
		return errors.New("--mu fitted; want --prices FILE to fit it to")
	case p.underlying == "" || p.origins["model"] == "spec" && len(p.spec.Model.Values) > 0:
		return nil // nothing is known of the underlying, or the spec's model is complete
	}
	u, err := catalogue.LookupUnderlying(p.underlying)
	if err != nil {
		return err
	}
	spec, err := p.spec.With("sigma", u.Sigma.Value)
	if err != nil {
		p.note("model %s has no sigma: its volatility is that of its own numbers, not the catalogue's %.4g", p.spec.Model.Kind, u.Sigma.Value)
		return nil
	}
	p.spec = spec
	p.origins["sigma"] = fmt.Sprintf("catalogue: %s, %s", u.Sigma.Source, u.Sigma.AsOf)
	f.noteJumps(p)
	return nil
}

// others gives tokens of other underlyings the first's model with the catalogue's
// volatility of theirs, unless one was given for all; every two prices are
// correlated alike.
func (f *studyFlags) others(p *plan) error {
	if f.correlation == "" {
		return nil
	}
	c, err := param.Number(f.correlation)
	if err != nil || !(c > -1 && c < 1) {
		return fmt.Errorf("--correlation = %q; want a number between −1 and 1", f.correlation)
	}
	for _, t := range p.spec.Tokens {
		if t.Underlying == "" || slices.ContainsFunc(p.spec.Others, func(u study.Underlying) bool { return u.Name == t.Underlying }) {
			continue
		}
		u := study.Underlying{Name: t.Underlying, Model: param.Part{Kind: p.spec.Model.Kind, Values: maps.Clone(p.spec.Model.Values)}}
		from := "that of the first underlying"
		if _, ok := p.spec.Model.Values["sigma"]; ok && !f.given("sigma") {
			known, err := catalogue.LookupUnderlying(t.Underlying)
			if err != nil {
				return err
			}
			u.Model.Values["sigma"] = known.Sigma.Value
			from = fmt.Sprintf("catalogue: %s, %s", known.Sigma.Source, known.Sigma.AsOf)
		}
		p.origins[u.Name+": sigma"] = from
		for range len(p.spec.Others) + 1 {
			u.Correlations = append(u.Correlations, c)
		}
		p.spec.Others = append(p.spec.Others, u)
		p.origins[u.Name+": correlations"] = "given"
	}
	return nil
}

func (f *studyFlags) fitPrices(p *plan) error {
	h, hash, err := readHistory(f.prices)
	if err != nil {
		return err
	}
	p.inputs[f.prices] = hash
	fit, err := models.FitGBM(h.LogReturns(), h.StepYears())
	if err != nil {
		return fmt.Errorf("%s: %w", f.prices, err)
	}
	mu, sigma := fit.Values[0], fit.Values[1]
	if p.spec, err = p.spec.With("sigma", sigma); err != nil {
		return fmt.Errorf("--prices: %w", err)
	}
	p.origins["sigma"] = fmt.Sprintf("fitted to %s: %d returns of %s, standard error %.4g", f.prices, fit.N, param.FormatSeconds(h.Step.Seconds()), fit.SE[1])
	p.notes = append(p.notes, gapNotes(h)...)
	f.noteJumps(p)
	if *f.numbers["mu"] != "fitted" { // then sigma alone is the history's
		if fit.Cov != nil {
			p.spec.Errors = &study.Errors{Names: []string{"sigma"}, Cov: [][]float64{{fit.Cov[1][1]}}}
		}
		return nil
	}
	p.spec.Errors = errorsOf(fit)
	if p.spec, err = p.spec.With("mu", mu); err != nil {
		return fmt.Errorf("--prices: %w", err)
	}
	p.origins["mu"] = fmt.Sprintf("fitted to %s, standard error %.4g", f.prices, fit.SE[0])
	if fit.SE[0] > math.Abs(mu) {
		p.note("the fitted growth rate %.4g is smaller than its standard error %.4g", mu, fit.SE[0])
	}
	return nil
}

// noteJumps warns where a volatility that holds all variance meets jumps that
// add to it.
func (f *studyFlags) noteJumps(p *plan) {
	if _, err := p.spec.Param("jump-rate"); err == nil && !f.given("sigma") {
		p.note("sigma is the volatility of all moves of the history together; the jumps of %s add to it", p.spec.Model.Kind)
	}
}

// gapNotes says where bars are missing, the first few one by one.
func gapNotes(h *paths.History) []string {
	const most = 5
	var notes []string
	for _, g := range h.Gaps[:min(most, len(h.Gaps))] {
		notes = append(notes, fmt.Sprintf("%s: %s; no return was taken over it", h.Name, g))
	}
	if more := len(h.Gaps) - most; more > 0 {
		notes = append(notes, fmt.Sprintf("%s: %d more gaps; no return was taken over them", h.Name, more))
	}
	return notes
}

// assign applies the numbers named on the command line.
func (f *studyFlags) assign(p *plan) error {
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(f.numbers)) {
		text := *f.numbers[name]
		if !f.given(name) || name == "mu" && text == "fitted" {
			continue
		}
		q, err := p.spec.Param(name)
		var v float64
		if err == nil {
			v, err = q.Parse(text)
		}
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
			t.Name = strconv.FormatFloat(t.Values["target"], 'g', -1, 64) + "x-" + t.Policy.Kind + "-" + t.Mechanism.Kind
		}
	}
	return errors.Join(faults...)
}

// grid applies horizon, step, paths and seed.
func (f *studyFlags) grid(p *plan) error {
	var faults []error
	// A flag counts if it was given, or if no spec says otherwise.
	apply := func(name string, missing bool, read func() error) {
		if f.given(name) {
			p.origins[name] = "given"
		} else if f.spec != "" && !missing {
			return
		} else {
			delete(p.origins, name)
		}
		if err := read(); err != nil {
			faults = append(faults, fmt.Errorf("--%s = %w", name, err))
		}
	}
	apply("horizon", p.spec.Horizon == 0, func() (err error) {
		p.spec.Horizon, err = rundir.Duration(f.horizon)
		return err
	})
	apply("step", p.spec.Step == 0, func() (err error) {
		p.spec.Step, err = rundir.Duration(f.step)
		return err
	})
	apply("paths", p.spec.Paths == 0, func() error {
		n, err := rundir.Count(f.paths)
		if err != nil || n < 1 || n > study.MaxPaths {
			return fmt.Errorf("%q; want a whole number from 1 to %d, such as 10000 or 1e6", f.paths, study.MaxPaths)
		}
		p.spec.Paths = int(n)
		return nil
	})
	apply("seed", false, func() (err error) {
		p.spec.Seed, err = rundir.Count(f.seed)
		return err
	})
	if f.workers < 0 {
		faults = append(faults, fmt.Errorf("--workers = %d; want 0 for all processors, or how many", f.workers))
	}
	return errors.Join(faults...)
}

// readHistory reads a file of prices and returns its SHA-256 too.
func readHistory(path string) (*paths.History, string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, "", err
	}
	defer file.Close()
	hash := sha256.New()
	h, err := paths.ReadHistory(io.TeeReader(file, hash), path)
	return h, hex.EncodeToString(hash.Sum(nil)), err
}

// fromCatalogue turns a real token's entry into the spec of one, and notes
// where each number comes from.
func fromCatalogue(e catalogue.Token, o origins) study.TokenSpec {
	for _, part := range []catalogue.Part{e.Policy, e.Mechanism, e.Numbers} {
		for name, word := range part.Words {
			o[name] = provenance(word.Provenance)
		}
	}
	o["policy"], o["mechanism"] = provenance(e.Policy.Words["kind"].Provenance), provenance(e.Mechanism.Words["kind"].Provenance)
	delete(o, "kind")
	return study.TokenSpec{Name: e.Name, Policy: e.Policy.Part, Mechanism: e.Mechanism.Part, Values: e.Numbers.Values}
}

func provenance(p catalogue.Provenance) string {
	if p.Unknown {
		return "catalogue, not published; assumed: " + p.Assumption
	}
	return "catalogue, " + p.AsOf + ": " + p.Source
}

// settings lists every number of the study and where it came from.
func (p *plan) settings() []rundir.Setting {
	s := p.spec
	var list []rundir.Setting
	add := func(name, value, key string) {
		if _, given := p.origins[key]; !given && p.origins[name] != "" {
			key = name
		}
		list = append(list, rundir.Setting{Name: name, Value: value, Origin: p.origins.of(key)})
	}
	numbers := func(prefix string, ps []param.Param, values param.Values) {
		for _, q := range ps {
			add(prefix+q.Name, q.Format(values[q.Name]), q.Name)
		}
	}
	add("horizon", param.FormatSeconds(s.Horizon.Seconds()), "horizon")
	add("step", param.FormatSeconds(s.Step.Seconds()), "step")
	add("paths", strconv.Itoa(s.Paths), "paths")
	add("seed", strconv.FormatUint(s.Seed, 10), "seed")
	model, _ := models.Registry.Kind(s.Model.Kind)
	add("model", model.Name+" ("+model.Doc+")", "model")
	numbers("", model.Params, s.Model.Values)
	for _, u := range s.Others {
		other, _ := models.Registry.Kind(u.Model.Kind)
		for _, q := range other.Params {
			key := u.Name + ": " + q.Name
			if p.origins[key] == "" {
				key = q.Name
			}
			add(u.Name+": "+q.Name, q.Format(u.Model.Values[q.Name]), key)
		}
		add(u.Name+": correlations", strings.Trim(fmt.Sprint(u.Correlations), "[]"), u.Name+": correlations")
	}
	for _, t := range s.Tokens {
		prefix := ""
		if len(s.Tokens) > 1 {
			prefix = t.Name + ": "
		}
		policy, _ := tokens.Policies.Kind(t.Policy.Kind)
		mechanism, _ := tokens.Mechanisms.Kind(t.Mechanism.Kind)
		numbers(prefix, tokens.Params, t.Values)
		add(prefix+"policy", policy.Name, "policy")
		numbers(prefix, policy.Params, t.Policy.Values)
		add(prefix+"mechanism", mechanism.Name, "mechanism")
		numbers(prefix, mechanism.Params, t.Mechanism.Values)
	}
	return list
}

// yaml is the study as a spec file.
func (p *plan) yaml() ([]byte, error) {
	var b bytes.Buffer
	err := rundir.WriteSpec(&b, p.spec)
	return b.Bytes(), err
}
