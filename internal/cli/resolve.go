package cli

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"mcrisk/assess"
	"mcrisk/catalogue"
	"mcrisk/models"
	"mcrisk/models/rates"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/report"
	"mcrisk/rundir"
	"mcrisk/study"
	"mcrisk/tokens"
)

// A Resolved is a study made of options, with what there is to say about it.
type Resolved struct {
	Study      *study.Study
	Origins    study.Origins     // where its parameters came from
	Underlying string            // of the catalogue's token; may be empty
	Notes      []string          // what the user should know before reading results
	Inputs     map[string]string // SHA-256 of files read
	SpecKeys   map[string]bool   // of --spec
	Swept      *rundir.SweepPlan // what the spec said of a sweep; nil: nothing
	Force      bool              // rates above 200 % a year are meant
	Session    *Session
	Read       *paths.History // of --prices or --history; nil: neither

	// fitted is the model of a kind fitted to --prices or to the history of the
	// underlying; nil: no history is known.
	fitted func(kind string) (fittedModel, error)

	// Unused are names of settings that the command has no use for.
	Unused []string

	recommended *catalogue.Underlying // whose recommended model is used, as none was named; nil: it is not
	modelNote   string                // that says so
	ratesDrawn  []string              // kinds of laws of the catalogue by which they are, as none was named
}

// Note adds a note.
func (r *Resolved) Note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// Settings are every number of the study that is used, and where it came from.
func (r *Resolved) Settings() []study.Setting {
	unused := func(s study.Setting) bool {
		_, name, several := strings.Cut(s.Name, ": ") // of several tokens
		return slices.Contains(r.Unused, s.Name) || several && slices.Contains(r.Unused, name)
	}
	return slices.DeleteFunc(r.Study.Settings(r.Origins), unused)
}

// A Demand is what a command asks of a study besides its options.
type Demand struct {
	Tokens      []string // of the catalogue, instead of one
	Correlation string   // of the prices of their underlyings; empty: all follow the first's
	Correlates  bool     // the command has that option
	CommonJumps bool     // jumps strike all underlyings together
	Swept       bool     // the spec may say how it is swept
	Over        []string // name=values of what the command runs the study over; empty: what the spec says
	AnyTime     bool     // prices are seen at any time, not at the end of steps alone
	// Dated are the options of a command whose paths have dates; nil: rates are numbers. Drawn
	// says that they are drawn, so that not all may have some.
	Dated *DatedOptions
	Drawn bool

	Textbook bool // where no model is named, it is geometric Brownian motion

	OwnJumps bool // the command sets the jumps: sigma is the volatility of geometric Brownian motion

	OneRate bool // where no law of rates is named, they are constant

	// Prepare changes the tokens before options set their kinds and numbers; may be nil.
	Prepare func(spec *study.Spec, r *Resolved) error
	// Amend changes the spec before it is compiled; may be nil.
	Amend func(spec *study.Spec, r *Resolved) error
}

// Resolve makes a study: the spec's file or the catalogue's token or plain
// defaults first, then whatever was given on top.
func (o *StudyOptions) Resolve(session *Session, d Demand) (*Resolved, error) {
	p := &resolving{
		StudyOptions: o, demand: d,
		Resolved: &Resolved{Origins: study.Origins{}, Inputs: map[string]string{}, Session: session,
			Force: o.Force},
	}
	err := p.base()
	if err == nil && d.Prepare != nil {
		err = d.Prepare(&p.spec, p.Resolved)
	}
	if err != nil {
		return nil, AsInput(err)
	}
	if err := errors.Join(p.kinds(), p.fit(), p.assign(), p.others(), p.grid()); err != nil {
		return nil, AsInput(err)
	}
	if err := p.dated(); err != nil {
		return nil, AsInput(err)
	}
	p.spec.Uncertain = p.spec.Uncertain || o.Uncertain
	if d.Amend != nil {
		if err := d.Amend(&p.spec, p.Resolved); err != nil {
			return nil, AsInput(err)
		}
	}
	axes := p.axes()
	p.settle(axes)
	if p.Study, err = study.New(p.spec); err != nil {
		return nil, AsInput(err)
	}
	if err := p.spec.CheckIdle(axes...); err != nil {
		return nil, AsInput(err)
	}
	if d.Drawn {
		if err := p.Study.CheckDates(); err != nil {
			return nil, AsInput(err)
		}
	}
	if d.AnyTime {
		if err := p.Study.Recorded(); err != nil {
			return nil, AsInput(err)
		}
	}
	p.waits()
	p.noteRates()
	p.noteModel()
	return p.Resolved, nil
}

// A resolving is a study on its way from options.
type resolving struct {
	*StudyOptions
	*Resolved
	demand Demand
	spec   study.Spec

	entries map[string]catalogue.Token // that tokens were taken from, by the token's name

	history     *models.Series // of --history or --prices; nil: neither
	startOrigin string         // where the volatility at the start came from
}

// base takes the study of --spec or the token of --token, or begins one of parts.
func (p *resolving) base() error {
	if p.Spec != "" {
		if err := p.read(); err != nil {
			return err
		}
	}
	switch {
	case len(p.spec.Tokens) > 0 && (p.Token != "" || len(p.demand.Tokens) > 0):
		return fmt.Errorf("--token and the tokens of --spec %s; want one of them", p.Spec)
	case len(p.spec.Tokens) > 0:
	case len(p.demand.Tokens) > 0:
		if err := p.several(); err != nil {
			return err
		}
	case p.Token != "":
		entry, err := catalogue.LookupToken(p.Token)
		if err != nil {
			return err
		}
		p.Underlying = entry.Underlying
		p.spec.Tokens = []study.TokenSpec{entry.Spec()}
		p.entries = map[string]catalogue.Token{entry.Name: entry}
		maps.Copy(p.Origins, entry.Origins())
	case !p.given("target"):
		return errors.New("no token; want --token NAME (see: mcrisk tokens), --spec FILE, " +
			"or the parts of one, beginning with --target")
	default:
		p.spec.Tokens = []study.TokenSpec{{Policy: param.Part{Kind: "hold"}, Mechanism: param.Part{Kind: "loan"}}}
	}
	if p.spec.Model.Kind == "" {
		return p.recommend()
	}
	return nil
}

// read takes the study of --spec, or a part of one such as a fitted model.
func (p *resolving) read() error {
	data, err := p.Session.readSpec(p.Spec)
	if err != nil {
		return err
	}
	f, err := rundir.ReadSpecFile(data, p.Spec, p.demand.Swept)
	if err != nil {
		return err
	}
	p.spec, p.Swept, p.SpecKeys = f.Spec, f.Sweep, f.Keys
	if err := p.specRates(); err != nil {
		return fmt.Errorf("%s: %w", p.Spec, err)
	}
	p.Inputs[p.Spec] = rundir.Hash(data)
	if p.History == "" {
		if err := rundir.LoadHistory(p.Session.Ctx, &p.spec); err != nil {
			return err
		}
		if h := p.spec.History; h != nil {
			p.Inputs[h.File] = h.SHA256
		}
	}
	p.Origins.From("spec", p.spec.Model.Values)
	if p.spec.Model.Kind != "" {
		p.Origins["model"] = "spec"
	}
	for _, u := range p.spec.Others {
		p.Origins[u.Name+": correlations"], p.Origins["common-jumps"] = "spec", "spec"
		for name := range u.Model.Values {
			p.Origins[u.Name+": "+name] = "spec"
		}
	}
	for _, t := range p.spec.Tokens {
		p.Origins["policy"], p.Origins["mechanism"] = "spec", "spec"
		p.Origins.From("spec", t.Values)
		p.Origins.From("spec", t.Policy.Values)
		p.Origins.From("spec", t.Mechanism.Values)
		if p.Origins.From("spec", t.Rates.Values); t.Random() {
			p.Origins["rates"] = "spec"
		}
		for name := range t.Series {
			p.Origins[name] = "spec"
		}
		if len(t.Changes) > 0 {
			p.Origins["from"] = "spec"
		}
	}
	for _, name := range []string{"horizon", "step", "paths", "seed"} {
		if p.SpecKeys[name] {
			p.Origins[name] = "spec"
		}
	}
	return nil
}

// Stressed, after the name of a token of the catalogue among several, is the token with the setting
// stressed.
const Stressed = "+stressed"

// entriesOf are entries of the catalogue by name, and holdings of the underlying of the first that is no holding.
func entriesOf(names []string) ([]catalogue.Token, error) {
	entries := make([]catalogue.Token, len(names))
	underlying := ""
	for i, text := range names {
		name := strings.TrimSuffix(text, Stressed)
		if catalogue.IsHolding(name) {
			continue
		}
		var err error
		if entries[i], err = catalogue.LookupToken(name); err != nil {
			return nil, err
		}
		underlying = cmp.Or(underlying, entries[i].Underlying)
	}
	for i, name := range names {
		if entries[i].Name != "" {
			continue
		}
		if underlying == "" {
			return nil, fmt.Errorf("tokens %s; want one of the catalogue among them, whose underlying is held",
				strings.Join(names, ", "))
		}
		var err error
		if entries[i], err = catalogue.LookupHolding(name, underlying); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// several takes tokens of the catalogue. Where each of their numbers comes from
// is noted under the token's name.
func (p *resolving) several() error {
	apart := false
	entries, err := entriesOf(p.demand.Tokens)
	if err != nil {
		return err
	}
	p.entries = map[string]catalogue.Token{}
	for i, text := range p.demand.Tokens {
		entry, stressed := entries[i], strings.HasSuffix(text, Stressed)
		t := entry.Spec()
		if stressed {
			t.Name += Stressed
			t.Values = maps.Clone(t.Values)
			t.Values["stressed"] = 1
			p.Origins[t.Name+": stressed"] = "given"
		}
		p.entries[t.Name] = entry
		for key, from := range entry.Origins() {
			p.Origins[t.Name+": "+key] = from
		}
		if p.Underlying == "" {
			p.Underlying = entry.Underlying
		}
		if entry.Underlying != p.Underlying {
			apart = true
			if p.demand.Correlation != "" {
				t.Underlying = entry.Underlying
			}
		}
		p.spec.Tokens = append(p.spec.Tokens, t)
	}
	switch {
	case apart && p.demand.Correlation == "":
		price := "price of " + p.Underlying
		if p.demand.AnyTime {
			price = "prices of the file"
		}
		if p.demand.Correlates {
			price += ", or with --correlation each on its own"
		}
		p.Note("the tokens follow different underlyings; all are run on the %s", price)
	case !apart && p.demand.Correlation != "":
		return fmt.Errorf("--correlation %s; all tokens follow %s", p.demand.Correlation, p.Underlying)
	}
	return nil
}

// kinds applies --model, --policy, --mechanism and --band.
func (p *resolving) kinds() error {
	var faults []error
	note := func(err error) { faults = append(faults, err) }
	note(switchKind(&p.spec.Model, "model", p.Model, &models.Registry, p.Origins))
	policy := p.Policy
	if p.Band != "" {
		if policy == "" {
			policy = "band"
		}
		if k, err := tokens.Policies.Kind(policy); err == nil && !has(k.Params, "low") {
			note(fmt.Errorf("--band with --policy %s, which has no lower edge; want a policy that has, such as band",
				policy))
		}
	}
	for i := range p.spec.Tokens {
		t := &p.spec.Tokens[i]
		note(switchKind(&t.Policy, "policy", policy, &tokens.Policies, p.Origins))
		note(switchKind(&t.Mechanism, "mechanism", p.Mechanism, &tokens.Mechanisms, p.Origins))
		note(switchKind(&t.Rates, "rates", p.Rates, &rates.Registry, p.Origins))
	}
	p.knownRates()
	if err := errors.Join(faults...); err != nil || p.Band == "" {
		return err
	}
	low, high, err := parseBand(p.Band)
	if err != nil {
		return err
	}
	edges := param.Values{"low": low, "high": high}
	p.Origins.From("given", edges)
	for i := range p.spec.Tokens {
		values := maps.Clone(p.spec.Tokens[i].Policy.Values)
		if values == nil {
			values = param.Values{}
		}
		maps.Copy(values, edges)
		p.spec.Tokens[i].Policy.Values = values
	}
	return nil
}

// ratesHave says of which tokens the law of rates has a number.
func ratesHave(name string) func(study.TokenSpec) bool {
	return func(t study.TokenSpec) bool {
		kind, _ := rates.Registry.Kind(t.Rates.Kind)
		return has(kind.Params, name)
	}
}

func has(ps []param.Param, name string) bool {
	return slices.ContainsFunc(ps, func(p param.Param) bool { return p.Name == name })
}

// switchKind changes the kind of a part to the one given, and keeps the numbers
// that both have.
func switchKind[T any](part *param.Part, what, kind string, registry *param.Registry[T], o study.Origins) error {
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
		if has(k.Params, name) {
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

// others gives tokens of other underlyings a model of the first's kind, with the numbers
// that the catalogue has for theirs but for those that were given for all; every two
// prices are equally correlated.
func (p *resolving) others() error {
	if p.demand.Correlation == "" {
		if p.demand.CommonJumps && len(p.spec.Others) == 0 {
			return errors.New("--common-jumps of one underlying; want --correlation too")
		}
		p.spec.CommonJumps = p.spec.CommonJumps || p.demand.CommonJumps
		return nil
	}
	c, err := param.Number(p.demand.Correlation)
	if err != nil || !(c > -1 && c < 1) {
		return fmt.Errorf("--correlation = %q; want a number between −1 and 1", p.demand.Correlation)
	}
	for _, t := range p.spec.Tokens {
		if t.Underlying == "" || slices.ContainsFunc(p.spec.Others, func(u study.Underlying) bool {
			return u.Name == t.Underlying
		}) {
			continue
		}
		known, err := catalogue.LookupUnderlying(t.Underlying)
		if err != nil {
			return err
		}
		f := fittedOf(known, p.spec.Model.Kind, false)
		u := study.Underlying{Name: t.Underlying,
			Model: param.Part{Kind: p.spec.Model.Kind, Values: maps.Clone(p.spec.Model.Values)}}
		for name, v := range f.Values {
			if !p.given(name) {
				u.Model.Values[name] = v
				p.Origins[u.Name+": "+name] = f.origins[name]
			}
		}
		p.Notes = append(p.Notes, f.notes...)
		for range len(p.spec.Others) + 1 {
			u.Correlations = append(u.Correlations, c)
		}
		p.spec.Others = append(p.spec.Others, u)
		p.Origins[u.Name+": correlations"] = "given"
	}
	if p.spec.CommonJumps = p.demand.CommonJumps; p.spec.CommonJumps {
		p.Origins["common-jumps"] = "given"
	}
	return nil
}

// assign applies the numbers named on the command line, and names the tokens that
// have none.
func (p *resolving) assign() error {
	var faults []error
	names := slices.Sorted(maps.Keys(p.Numbers))
	if i := slices.Index(names, "start"); i >= 0 { // which may depend on the others
		names = append(slices.Delete(names, i, i+1), "start")
	}
	ofRates := func(name string) bool { return slices.ContainsFunc(p.spec.Tokens, ratesHave(name)) }
	slices.SortStableFunc(names, func(a, b string) int { // these say whether others count
		switch {
		case ofRates(a) == ofRates(b):
			return 0
		case ofRates(a):
			return -1
		}
		return 1
	})
	for _, name := range names {
		text := p.Numbers[name]
		if name == "mu" && text == "fitted" {
			continue
		}
		if strings.HasPrefix(text, "@") {
			if err := p.series(name, text); err != nil {
				faults = append(faults, fmt.Errorf("--%w", err))
			}
			p.Origins[name] = "given"
			continue
		}
		q, err := p.spec.Param(name)
		var v float64
		if err == nil && name == "start" && (text == "last" || isDay(text)) {
			if err = p.startHere(text); err != nil {
				faults = append(faults, fmt.Errorf("--%w", err))
			}
			if p.Origins[name] = "given"; p.startOrigin != "" {
				p.Origins[name] = p.startOrigin
			}
			continue
		} else if err == nil {
			v, err = q.Parse(text)
		}
		if err == nil && !p.StudyOptions.Force {
			err = tooHigh(q, text, v)
		}
		if err == nil {
			p.spec, err = p.spec.With(name, v)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("--%w", err))
		}
		p.Origins[name] = "given"
	}
	for i := range p.spec.Tokens {
		if t := &p.spec.Tokens[i]; t.Name == "" {
			target, _ := p.spec.Value(i, "target")
			t.Name = strconv.FormatFloat(target, 'g', -1, 64) + "x-" + t.Policy.Kind + "-" + t.Mechanism.Kind
		}
	}
	return errors.Join(faults...)
}

// startHere sets all numbers of the model that say where paths start, but those that are given.
func (p *resolving) startHere(text string) error {
	state, err := p.startAt(text)
	for name, v := range state {
		if err == nil && (name == "start" || !p.given(name)) {
			p.spec, err = p.spec.With(name, v)
			p.Origins[name] = p.startOrigin
		}
	}
	return err
}

// settle drops numbers that count no longer, as an option turned off what they count with, and options where they
// count for other tokens only.
func (p *resolving) settle(axes []string) {
	p.spec = p.spec.WithoutIdle(func(q param.Param) bool {
		switch {
		case slices.Contains(axes, q.With):
			return false
		case p.given(q.Name):
			return p.spec.Uses(q.With)
		}
		return p.given(q.With)
	})
}

// axes are the names of what the study is run over, by options or else by the spec.
func (p *resolving) axes() (names []string) {
	for _, text := range p.demand.Over {
		name, _, _ := strings.Cut(text, "=")
		names = append(names, name)
	}
	if len(names) == 0 && p.Swept != nil {
		for _, o := range p.Swept.Over {
			names = append(names, o.Name)
		}
	}
	return names
}

// grid applies horizon, step, paths and seed.
func (p *resolving) grid() error {
	var faults []error
	// A flag counts if it was given, or if no spec says otherwise.
	apply := func(name, text string, missing bool, read func(text string) error) {
		if text != "" {
			p.Origins[name] = "given"
		} else if p.Spec != "" && !missing {
			return
		} else {
			delete(p.Origins, name)
			text = defaults[name]
		}
		if err := read(text); err != nil {
			faults = append(faults, fmt.Errorf("--%s = %w", name, err))
		}
	}
	apply("horizon", p.Horizon, p.spec.Horizon == 0, func(text string) (err error) {
		p.spec.Horizon, err = rundir.Duration(text)
		return err
	})
	apply("step", p.Step, p.spec.Step == 0, func(text string) (err error) {
		p.spec.Step, err = rundir.Duration(text)
		return err
	})
	apply("paths", p.Paths, p.spec.Paths == 0, func(text string) error {
		n, err := rundir.Count(text)
		if err != nil || n < 1 || n > study.MaxPaths {
			return fmt.Errorf("%q; want a whole number from 1 to %d, such as 10000 or 1e6", text, study.MaxPaths)
		}
		p.spec.Paths = int(n)
		return nil
	})
	apply("seed", p.Seed, false, func(text string) (err error) {
		p.spec.Seed, err = rundir.Count(text)
		return err
	})
	return errors.Join(append(faults, CheckWorkers(p.Workers))...)
}

// CheckWorkers reports a number of workers that cannot be.
func CheckWorkers(n int) error {
	if n < 0 {
		return Input("--workers = %d; want 0 for all processors, or how many", n)
	}
	return nil
}

// waits notes edges beyond liquidation, and waits that steps round up.
func (p *resolving) waits() {
	for i, t := range p.Study.Spec().Tokens {
		token := p.Study.Token(i)
		limit := math.Abs(token.LiquidationLeverage())
		if edge := token.Awaits().High; edge >= limit && !math.IsInf(edge, 1) {
			p.Note("%s: the policy's upper edge %.4g is beyond the leverage %.4g at which the venue liquidates",
				t.Name, edge, limit)
		}
		if !p.demand.AnyTime {
			p.rounded(t.Name+": latency", token.Keeper.Latency.Seconds())
			p.rounded(t.Name+": keeper-interval", token.Keeper.Interval.Seconds())
		}
	}
}

// rounded notes the waits, in seconds, that are not whole steps.
func (r *Resolved) rounded(what string, waits ...float64) {
	step := r.Study.Spec().Step
	var texts []string
	for _, v := range waits {
		if tokens.Duration(v)%step != 0 {
			texts = append(texts, param.FormatSeconds(v))
		}
	}
	if len(texts) > 0 {
		r.Note("%s %s is rounded up to whole steps of %s; use a --step that divides it",
			what, strings.Join(texts, ", "), param.FormatSeconds(step.Seconds()))
	}
}

// AxisNotes notes what to know of the values of axes, and asks about rates among them.
func (r *Resolved) AxisNotes(axes []study.Axis) error {
	if err := r.axisRates(axes); err != nil {
		return AsInput(err)
	}
	r.roundedAxes(axes)
	for _, a := range axes {
		if a.Name == study.ModelAxis {
			r.notOneModel()
			return r.volatilities(a)
		}
	}
	return nil
}

// volatilities notes that models which are compared differ in volatility too.
func (r *Resolved) volatilities(axis study.Axis) error {
	const same = 0.005 // of each other
	var texts []string
	least, most := math.Inf(1), 0.0
	for i, part := range axis.Models {
		spec := r.Study.Spec()
		spec.Model, spec.Errors, spec.Uncertain = part, nil, false
		s, err := study.New(spec)
		if err != nil {
			return err
		}
		v := assess.Volatility(s.Model(), s.Years())
		least, most = min(least, v), max(most, v)
		texts = append(texts, axis.Choices[i]+" "+report.Short3(v))
	}
	if most > (1+same)*least {
		r.Note("the models differ in volatility: %s per √year over the horizon, jumps included; "+
			"so do their results", strings.Join(texts, ", "))
	}
	return nil
}

// roundedAxes notes waits of axes that are not whole steps.
func (r *Resolved) roundedAxes(axes []study.Axis) {
	for _, a := range axes {
		if a.Name == "latency" || a.Name == "keeper-interval" {
			r.rounded(a.Name, a.Values...)
		}
	}
}
