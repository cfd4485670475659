package study

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"mcrisk/models"
	"mcrisk/models/rates"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/tokens"
)

// A Series is a number of a token that changes with the dates of a history: a rate per year of its
// mechanism, its gas or its impact. In a spec file it is the file and what is read of it.
type Series struct {
	File   string            // as it was named
	SHA256 string            // of the file's bytes, in hexadecimal digits
	Column string            // of the rates; empty: the only one
	Where  map[string]string // only the rows whose column of that name has that value
	Zone   string            // of stamps with a time of day and no zone, as Europe/Berlin; empty: UTC
	Hold   bool              // the first and the last value hold where the series does not reach
	Adjust param.Values      // its SCALE and SHIFT, by the names of [Series.Params]; without them 1 and 0

	*paths.Rates // nil: not read yet
}

// String is the series as options name it.
func (s Series) String() string {
	text := "@" + s.File
	if s.Column != "" {
		text += ":" + s.Column
	}
	sign := "?"
	for _, key := range slices.Sorted(maps.Keys(s.Where)) {
		text += sign + key + "=" + s.Where[key]
		sign = "&"
	}
	return text
}

// Params are the numbers of the series of a number: NAME-scale, by which its values are multiplied, and
// NAME-shift, which is then added to them.
func (s Series) Params(name string) []param.Param {
	q, _ := TokenParam(name) // CanBeSeries has found it
	return []param.Param{
		{Name: name + "-scale", Unit: param.Plain, Min: -1000, Max: 1000, Default: 1,
			Doc: "factor of the dated series of " + name},
		{Name: name + "-shift", Unit: q.Unit, Min: -q.Max, Max: q.Max, Doc: "added to the dated series of " + name},
	}
}

// adjustment is a scale or shift by its name, and the number whose series has it; ok: there is one.
func (t TokenSpec) adjustment(name string) (of string, v float64, ok bool) {
	for of, s := range t.Series {
		if v, ok := among(s.Params(of), s.Adjust, name); ok {
			return of, v, true
		}
	}
	return "", 0, false
}

// A Change is a number that a token has from a time on.
type Change struct {
	At    time.Time
	Name  string // of a number of the token, its policy or its mechanism
	Value float64
}

// String is the change as the option --from names it.
func (c Change) String() string {
	value := param.Param{}.Format(c.Value)
	if p, err := TokenParam(c.Name); err == nil {
		value = p.Format(c.Value)
	}
	return strings.TrimSuffix(c.At.UTC().Format(time.RFC3339), "T00:00:00Z") + ":" + c.Name + "=" + value
}

// setting is the name of the change among settings.
func (c Change) setting() string { return c.Name + " from " + c.At.Format(time.RFC3339) }

// CanBeSeries reports whether a number of tokens may be a series: a rate of a mechanism, gas or
// impact.
func CanBeSeries(name string) bool {
	if name == "gas" || name == "impact" {
		return true
	}
	for _, k := range tokens.Mechanisms.Kinds() {
		if hasRate(k.Params, name) {
			return true
		}
	}
	return false
}

func hasRate(ps []param.Param, name string) bool {
	return slices.ContainsFunc(ps, func(p param.Param) bool { return p.Name == name && p.Unit == param.Rate })
}

// checkDated reports what is wrong with a token's series and changes.
func (t TokenSpec) checkDated() error {
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("token %s: "+format, append([]any{t.Name}, args...)...))
	}
	kind, _ := tokens.Mechanisms.Kind(t.Mechanism.Kind) // of which New says more
	for _, name := range slices.Sorted(maps.Keys(t.Series)) {
		s := t.Series[name]
		switch {
		case !hasRate(kind.Params, name) && name != "gas" && name != "impact":
			fault("%s is a dated series; want a rate of its mechanism %s, gas or impact as one", name, kind.Name)
		case s.Rates == nil:
			fault("%s: the series %s has not been read", name, s.File)
		case s.Whole && (name == "gas" || name == "impact"):
			fault("%s: payments of %s; want a column of its values", name, s.File)
		default:
			if err := s.checkAdjusted(name); err != nil {
				fault("%s: %w", name, err)
			}
		}
	}
	for i, c := range t.Changes {
		if slices.ContainsFunc(t.Changes[:i], func(o Change) bool { return o.Name == c.Name && o.At.Equal(c.At) }) {
			fault("--from %s: the second change of %s at that time; want one", c, c.Name)
		}
		if of, _, ok := t.adjustment(c.Name); ok {
			fault("--from %s: the series of %s has dates of its own; want %s the same for all of it", c, of, c.Name)
		} else if _, ok := t.Value(c.Name); !ok {
			fault("a change of %q; want a number of the token, its policy or its mechanism", c.Name)
		}
		if _, ok := t.Series[c.Name]; ok {
			fault("%s is a dated series and changes on %s; want one of them", c.Name, c.At.Format(time.DateOnly))
		}
	}
	return errors.Join(faults...)
}

// checkAdjusted reports a value that is no longer one that the number may have, or no payment from −1 to 1,
// once it is scaled and shifted.
func (s Series) checkAdjusted(name string) error {
	if len(s.Adjust) == 0 {
		return nil
	}
	q, _ := TokenParam(name) // CanBeSeries has found it
	scale, shift := s.adjust(name)
	if s.Whole {
		q, shift = param.Param{Name: s.Rates.Column, Min: -1, Max: 1}, 0 // the shift is a rate, beside the payments
	}
	for _, v := range []float64{slices.Min(s.Values), slices.Max(s.Values)} {
		if err := q.Check(float64(v*scale) + shift); err != nil {
			return fmt.Errorf("%s, scaled by %v and shifted by %v: %w", s.File, scale, shift, err)
		}
	}
	return nil
}

// adjust is by what the series of a number is scaled, and what is added then.
func (s Series) adjust(name string) (scale, shift float64) {
	ps := s.Params(name)
	scale, _ = among(ps, s.Adjust, ps[0].Name)
	shift, _ = among(ps, s.Adjust, ps[1].Name)
	return scale, shift
}

// withoutSeries is the token without the numbers that series replace, so that these have their
// defaults: a spec says nothing else of them.
func (t TokenSpec) withoutSeries() TokenSpec {
	for name := range t.Series {
		for _, values := range []*param.Values{&t.Values, &t.Mechanism.Values} {
			if _, ok := (*values)[name]; ok {
				*values = maps.Clone(*values)
				delete(*values, name)
			}
		}
	}
	return t
}

// dated says what of a token changes with dates; empty: nothing.
func (t TokenSpec) dated() string {
	if names := slices.Sorted(maps.Keys(t.Series)); len(names) > 0 {
		return names[0] + " is a dated series, " + t.Series[names[0]].String()
	}
	for _, c := range t.Changes {
		return c.Name + " changes on " + c.At.Format(time.DateOnly)
	}
	return ""
}

// Constant is an error that names what changes with dates, if anything of the token does. Only
// [ReplayDated] has dates.
func (t TokenSpec) Constant() error {
	if what := t.dated(); what != "" {
		return fmt.Errorf("study: token %s: %s; want a number: only replay, cohorts, simulate, "+
			"trace and sweep take series", t.Name, what)
	}
	return nil
}

// Constant is [TokenSpec.Constant] of the study's tokens.
func (s *Study) Constant() error {
	for _, t := range s.spec.Tokens {
		if err := t.Constant(); err != nil {
			return err
		}
	}
	return nil
}

// CheckDates is an error that names what changes with dates, if simulated paths have none for it: only
// prices that are drawn from a history, bar by bar, have the rates of the same bars. A series that does
// not reach all of these is one too.
func (s *Study) CheckDates() error {
	for i, t := range s.spec.Tokens {
		what := t.dated()
		if what == "" {
			continue
		}
		fault := func(want string) error {
			return fmt.Errorf("study: token %s: %s; want a number, or %s", t.Name, what, want)
		}
		if i := slices.IndexFunc(t.Changes, func(c Change) bool { return !CanBeSeries(c.Name) }); i >= 0 {
			what = t.Changes[i].Name + " changes on " + t.Changes[i].At.Format(time.DateOnly)
			return fault("the replay of a price history: rules of a token have no dates on simulated paths")
		}
		_, dates := s.ModelOf(i).(models.Dater)
		if h := s.spec.History; s.follow[i] != 0 || !dates || h == nil {
			return fault("prices drawn from a history, as --model bootstrap draws them")
		} else if s.spec.Step != h.Series.Step {
			return fault("a step of " + param.FormatSeconds(h.Series.Step.Seconds()) + ", a bar of the history")
		} else if _, err := s.Dated(i).levels(h.Series.Start, h.Series.Step, len(h.Series.Bars)); err != nil {
			return fmt.Errorf("study: token %s: %w", t.Name, err)
		}
	}
	return nil
}

// A Dated is a token with what of it changes with the dates of a price history.
type Dated struct {
	Token tokens.Token
	spec  TokenSpec // complete; zero if nothing changes
	later []later   // in order of their times
}

// later is the token from a time on.
type later struct {
	at    time.Time
	token tokens.Token
	spec  TokenSpec
	what  string // changes at that time
}

// Dated is the token of that number with what of it changes.
func (s *Study) Dated(i int) Dated {
	d, _ := s.datedOf(i) // New has found no fault
	return d
}

// WithLatency is the token with a keeper of another latency.
func (d Dated) WithLatency(latency time.Duration) Dated {
	d.Token.Keeper.Latency = latency
	d.later = slices.Clone(d.later)
	for i := range d.later {
		d.later[i].token.Keeper.Latency = latency
	}
	return d
}

// At is the token with the numbers that it has at a time.
func (d Dated) At(t time.Time) tokens.Token {
	token := d.Token
	for _, l := range d.later {
		if !l.at.After(t) {
			token = l.token
		}
	}
	return token
}

// datedOf builds and checks what a token becomes.
func (s *Study) datedOf(i int) (Dated, error) {
	t := s.spec.Tokens[i]
	d := Dated{Token: s.tokens[i], spec: t}
	changes := slices.Clone(t.Changes)
	slices.SortStableFunc(changes, func(a, b Change) int { return a.At.Compare(b.At) })
	what := ""
	for n, c := range changes {
		if n > 0 && changes[n-1].At.Equal(c.At) {
			what += ", " + c.String()
		} else {
			what = "--from " + c.String()
		}
		fault := func(err error) error { return fmt.Errorf("token %s: %s: %w", t.Name, what, err) }
		var err error
		if t, err = t.with(c.Name, c.Value); err != nil {
			return d, fault(err)
		}
		if n+1 < len(changes) && changes[n+1].At.Equal(c.At) {
			continue // all that changes at one time changes together
		}
		full, token, err := t.make()
		if err == nil {
			err = token.Check()
		}
		if err == nil {
			err = full.bounded(token, s.spec.Horizon)
		}
		if err != nil {
			return d, fault(err)
		}
		d.later = append(d.later, later{c.At, token, full, what})
	}
	return d, nil
}

// kernel compiles a token for a history of so many steps.
func (d Dated) kernel(h *paths.History, steps int) (*tokens.Kernel, error) {
	if err := d.spec.recorded(); err != nil {
		return nil, err
	}
	start := h.Bars[0].Start
	stages := []later{{at: start, token: d.Token, spec: d.spec}}
	for _, l := range d.later {
		if !l.at.After(start) {
			l.at, stages = start, nil
		}
		stages = append(stages, l)
	}
	series, err := d.levels(start, h.Step, steps)
	if err != nil {
		return nil, err
	}
	var first, last *tokens.Kernel
	for _, l := range stages {
		if s := &l.token.Stress; s.Window > 0 && s.Volatility == 0 {
			if s.Volatility, err = volatility(h); err != nil {
				return nil, err
			}
		}
		k, err := tokens.Compile(l.token, h.Step)
		if err == nil && len(series) > 0 {
			err = k.Follow(l.follow(series))
		}
		if err == nil && last != nil {
			if err = last.Then(l.at.Sub(start), k); err != nil {
				err = fmt.Errorf("%s: %w", l.what, err)
			}
		}
		if err != nil {
			return nil, err
		}
		if first == nil {
			first = k
		}
		last = k
	}
	return first, nil
}

// changes are the numbers that could be series and change on dates, on the steps of a history.
func (d Dated) changes(start time.Time, step time.Duration) map[string][]paths.Level {
	all := map[string][]paths.Level{}
	for _, l := range d.later {
		from := max(0, int((l.at.Sub(start)+step-1)/step))
		for _, c := range d.spec.Changes {
			if !c.At.Equal(l.at) || !CanBeSeries(c.Name) {
				continue
			}
			if all[c.Name] == nil {
				before, _ := d.spec.Value(c.Name)
				all[c.Name] = []paths.Level{{Rate: before}}
			}
			levels := all[c.Name]
			if n := len(levels); levels[n-1].From == from {
				levels = levels[:n-1]
			}
			all[c.Name] = append(levels, paths.Level{From: from, Rate: c.Value})
		}
	}
	return all
}

// charged is what a rate of the token's venue was from step to step, a year; nil if the venue has none of
// that name. It is only asked of what [Dated.kernel] has compiled.
func (d Dated) charged(name string, h *paths.History, steps int) []paths.Level {
	constant, ok := d.spec.Mechanism.Values[name]
	if !ok {
		return nil
	}
	start, levels := h.Bars[0].Start, []paths.Level{{Rate: constant}}
	if changed, ok := d.changes(start, h.Step)[name]; ok {
		levels = changed
	}
	if s, ok := d.spec.Series[name]; ok {
		levels, _ = s.levels(name, start, h.Step, steps)
	}
	return levels
}

// drawn lets a kernel pay the rates of the bars of a history that its paths are drawn from.
func (d Dated) drawn(k *tokens.Kernel, h *models.Series) error {
	series, err := d.levels(h.Start, h.Step, len(h.Bars))
	for name, l := range d.changes(h.Start, h.Step) {
		series = append(series, levelled{name, l})
	}
	if err == nil {
		err = k.Follow(later{token: d.Token, spec: d.spec}.follow(series))
	}
	if err == nil {
		k.ByBar(len(h.Bars))
	}
	return err
}

// A levelled is a series on the steps of a history.
type levelled struct {
	name   string
	levels []paths.Level
}

func (d Dated) levels(start time.Time, step time.Duration, steps int) (all []levelled, err error) {
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(d.spec.Series)) {
		levels, err := d.spec.Series[name].levels(name, start, step, steps)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", name, err))
		}
		all = append(all, levelled{name, levels})
	}
	return all, errors.Join(faults...)
}

// levels are the series of a number on the steps of a history, scaled and shifted.
func (s Series) levels(name string, start time.Time, step time.Duration, steps int) ([]paths.Level, error) {
	levels, err := s.Levels(start, step, steps, s.Hold)
	if err != nil || len(s.Adjust) == 0 {
		return levels, err
	}
	scale, shift := s.adjust(name)
	for i := range levels {
		levels[i].Rate = float64(levels[i].Rate*scale) + shift
	}
	return levels, nil
}

// follow is what the token pays from step to step: its venue's terms, and the cost of its trades,
// at the numbers that the series have there.
func (l later) follow(series []levelled) []tokens.Dated {
	kind, _ := tokens.Mechanisms.Kind(l.spec.Mechanism.Kind) // New has found it
	values := maps.Clone(l.spec.Mechanism.Values)
	cost := l.token.Cost
	next := make([]int, len(series)) // of each one's levels
	funded := slices.ContainsFunc(series, func(s levelled) bool { return s.name == "funding-start" })
	var list []tokens.Dated
	for step := 0; step >= 0; {
		after := -1
		for i, s := range series {
			if next[i] < len(s.levels) && s.levels[next[i]].From <= step {
				switch v := s.levels[next[i]].Rate; s.name {
				case "gas":
					cost.Gas = v
				case "impact":
					cost.Impact = v
				default:
					values[s.name] = v
				}
				next[i]++
			}
			if next[i] < len(s.levels) && (after < 0 || s.levels[next[i]].From < after) {
				after = s.levels[next[i]].From
			}
		}
		token := l.token
		token.Mechanism = kind.New(values)
		option, _ := token.Mechanism.(tokens.Option)
		list = append(list, tokens.Dated{From: step, Terms: token.Mechanism.Terms(token), Cost: cost,
			Option: option, Funded: funded})
		step = after
	}
	return list
}

// Late are the changes of tokens that have no effect on a history whose last bar begins at a time,
// by the names of their settings.
func (s *Study) Late(last time.Time) (names []string) {
	for _, t := range s.spec.Tokens {
		for _, c := range t.Changes {
			if c.At.After(last) {
				names = append(names, s.prefix(t)+c.setting())
			}
		}
	}
	return names
}

// ParseSeries reads FILE[:COLUMN][?KEY=VALUE&KEY=VALUE].
func ParseSeries(text string) (s Series, err error) {
	file, where, picks := strings.Cut(text, "?")
	if i := strings.LastIndexByte(file, ':'); i >= 0 && !strings.ContainsAny(file[i:], `/\`) {
		file, s.Column = file[:i], file[i+1:]
		if s.Column == "" {
			return s, fmt.Errorf("%q; want the name of a column after the colon", text)
		}
	}
	if s.File = file; file == "" {
		return s, fmt.Errorf("%q; want a file, as in @rates.csv:apr?asset=USDC", text)
	}
	if !picks {
		return s, nil
	}
	s.Where = map[string]string{}
	for item := range strings.SplitSeq(where, "&") {
		key, value, ok := strings.Cut(item, "=")
		if _, twice := s.Where[key]; !ok || key == "" || twice {
			return s, fmt.Errorf("%q picks rows by %q; want KEY=VALUE, each key once", text, item)
		}
		s.Where[key] = value
	}
	return s, nil
}

// TokenParam is the description of a number of tokens, policies or mechanisms of any kind.
func TokenParam(name string) (param.Param, error) {
	all := [][]param.Param{tokens.Params}
	for _, k := range tokens.Policies.Kinds() {
		all = append(all, k.Params)
	}
	for _, k := range tokens.Mechanisms.Kinds() {
		all = append(all, k.Params)
	}
	for _, k := range rates.Registry.Kinds() {
		all = append(all, k.Params)
	}
	var names []string
	for _, ps := range append(all, []param.Param{HalfWidth}) {
		for i := range ps {
			if ps[i].Name == name {
				return ps[i], nil
			}
			names = append(names, ps[i].Name)
		}
	}
	hint := ""
	if near := param.Nearest(name, names); len(near) > 0 {
		hint = "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return param.Param{}, fmt.Errorf("a token has no %q%s", name, hint)
}
