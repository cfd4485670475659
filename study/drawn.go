package study

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"mcrisk/models/rates"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/tokens"
)

// law completes the part of a token's rates and builds their law. The part of constant rates is empty.
func (t TokenSpec) law() (param.Part, rates.Law, error) {
	part := param.Part{Kind: t.ratesKind(), Values: t.Rates.Values}
	part, law, err := rates.Registry.Make(part)
	if err == nil {
		err = law.Check()
	}
	if part.Kind == rates.Constant {
		part = param.Part{}
	}
	return part, law, err
}

// ratesKind is the kind of the token's rates, constant where the spec says nothing.
func (t TokenSpec) ratesKind() string { return cmp.Or(t.Rates.Kind, rates.Constant) }

// Random reports whether rates of the token are drawn with the paths.
func (t TokenSpec) Random() bool { return t.Rates.Kind != "" && t.Rates.Kind != rates.Constant }

// borrower is what laws of rates ask of the token. Its spec is complete.
func (t TokenSpec) borrower() rates.Token {
	target, _ := t.Value("target")
	aum, _ := t.Value("aum")
	fee, _ := t.Value("fee")
	b := rates.Token{Rates: t.rateNames(), Long: target > 0, Fee: fee, Debt: float64(math.Abs(target) * aum),
		Value:      func(name string) float64 { v, _ := t.Value(name); return v },
		SkewTarget: tokens.SkewTarget, SkewWidth: tokens.SkewWidth}
	if b.Long {
		b.Debt = float64(max(0, target-1) * aum)
	}
	return b
}

// MainRate is the rate of the token's venue that laws drive: borrow of a loan, funding of a perpetual; empty: its
// venue has none. The spec may be incomplete.
func (t TokenSpec) MainRate() string {
	if all := t.rateNames(); len(all) > 0 {
		return all[0]
	}
	return ""
}

// rateNames are the rates that the token's mechanism has, the main one first.
func (t TokenSpec) rateNames() (names []string) {
	kind, _ := tokens.Mechanisms.Kind(t.Mechanism.Kind) // of which make says more
	for _, p := range kind.Params {
		if p.Unit == param.Rate {
			names = append(names, p.Name)
		}
	}
	return names
}

// process is that of the token's rates; nil: they are constant. The spec is complete.
func (t TokenSpec) process() (rates.Process, error) {
	_, law, err := t.law()
	if err != nil || !t.Random() {
		return nil, err
	}
	p, err := law.Of(t.borrower())
	if err != nil {
		return nil, fmt.Errorf("rates %s: %w", t.Rates.Kind, err)
	}
	for _, name := range p.Drives() {
		if s, ok := t.Series[name]; ok {
			return nil, fmt.Errorf("%s is a dated series, %s, and drawn by rates %s; want one of them", name, s,
				t.Rates.Kind)
		}
	}
	if _, ok := law.(rates.Skew); !ok && t.Mechanism.Kind == "option" {
		return nil, fmt.Errorf("rates %s of a token on mechanism option; want constant or skew", t.Rates.Kind)
	}
	if what := t.dated(); what != "" {
		return nil, fmt.Errorf("%s, beside rates %s; want one of them", what, t.Rates.Kind)
	}
	return p, nil
}

// CheckRates is an error if the token cannot have its rates.
func (t TokenSpec) CheckRates() error {
	full, err := t.Complete()
	if err == nil {
		_, err = full.process()
	}
	return err
}

// bounded is an error if the funding rate of a token's option would rise or wander without a bound over a horizon.
func (t TokenSpec) bounded(token tokens.Token, horizon time.Duration) error {
	option, ok := token.Mechanism.(tokens.Option)
	if !ok {
		return nil
	}
	_, law, err := t.law()
	if skew, ok := law.(rates.Skew); ok && err == nil {
		if horizon > tokens.LongestSkew && option.Velocity > 0 {
			return skew.Bounded(option.Cap)
		}
		return nil
	}
	return option.Within(horizon)
}

// recorded is an error if rates of the token are drawn with the paths, of which a history has none.
func (t TokenSpec) recorded() error {
	if t.Random() {
		return fmt.Errorf("study: token %s: rates %s are drawn with simulated paths; want constant ones on a "+
			"price history, "+
			"or a dated series such as --borrow @FILE", t.Name, t.Rates.Kind)
	}
	return nil
}

// Recorded is an error that names the first token whose rates are drawn with the paths: a price history has none.
func (s *Study) Recorded() error {
	for _, t := range s.spec.Tokens {
		if err := t.recorded(); err != nil {
			return err
		}
	}
	return nil
}

// replaced says that a number of the token has no effect, because its rates have numbers of their own.
func (t TokenSpec) replaced(name string) bool {
	_, law, err := t.law()
	if err != nil || !t.Random() || law.KeepsMean() {
		return false
	}
	p, err := law.Of(t.borrower())
	return err == nil && slices.Contains(p.Drives(), name)
}

// Rates is the process of a token's rates; nil: they are constant.
func (s *Study) Rates(token int) rates.Process { return s.rates[token] }

// Level is the law of a token's rate of a lifetime, where it is constant in each; not ok: its rates are
// not of that kind.
func (s *Study) Level(token int) (level rates.Lasting, ok bool) {
	level, ok = s.rates[token].(rates.Lasting)
	return level, ok
}

// Levels are the rates of the first lifetimes of a token whose rates are of that kind.
func (s *Study) Levels(token, paths int) []float64 {
	level, ok := s.Level(token)
	if !ok {
		return nil
	}
	all := make([]float64, paths)
	for i := range all {
		all[i] = level.Of(s.spec.Seed, uint64(i), s.follow[token])
	}
	return all
}

// LevelShare is what of an item of a token's ledger comes from its rate of each lifetime: by path, the part that is
// above what the mean rate charges. It is not ok without such a rate.
func (s *Study) LevelShare(token, paths int) (item tokens.Item, share []float64, ok bool) {
	level, ok := s.Level(token)
	if !ok {
		return 0, nil, false
	}
	d, err := s.drawn(token)
	if err != nil {
		return 0, nil, false // its runs say so
	}
	charge, zero, per := d.Main()
	share = s.Levels(token, paths)
	for i, rate := range share {
		if paid := zero + float64(per*rate); paid != 0 {
			share[i] = float64(per*(rate-level.Mean)) / paid
		} else {
			share[i] = 0 // of nothing
		}
	}
	return charge, share, true
}

// Random reports whether rates of some tokens are drawn with the paths.
func (s *Study) Random() bool { return slices.ContainsFunc(s.spec.Tokens, TokenSpec.Random) }

// ConstantRates is the study with the rates that its tokens have as numbers. It shares all other parts.
func (s *Study) ConstantRates() *Study {
	other := *s
	other.spec.Tokens = slices.Clone(s.spec.Tokens)
	for i := range other.spec.Tokens {
		other.spec.Tokens[i].Rates = param.Part{}
	}
	other.rates = make([]rates.Process, len(s.rates))
	return &other
}

// AtRate is the study of one of its tokens with a number of its mechanism in place of rates that are drawn.
func (s *Study) AtRate(token int, name string, v float64) (*Study, error) {
	alone := s.Alone(token).ConstantRates()
	t := alone.spec.Tokens[0].set(name, v)
	full, built, err := t.make()
	if err == nil {
		err = built.Check()
	}
	alone.spec.Tokens, alone.tokens = []TokenSpec{full}, []tokens.Token{built}
	return alone, err
}

// draw lets a kernel of a token pay the rates that the paths have, and adds their process to those of
// the paths.
func (s *Study) draw(token int, k *tokens.Kernel, g *paths.Generator) error {
	p := s.rates[token]
	if p == nil {
		return nil
	}
	rate := paths.Rate{Process: p, Underlying: s.follow[token]}
	track, found := 0, false
	for _, r := range g.Rates {
		if found = r == rate; found {
			break
		}
		track += len(r.Process.Drives())
	}
	if !found {
		g.Rates = append(g.Rates, rate)
	}
	if k.Option() {
		k.DrawFunding(track, track+1)
		return nil
	}
	d, err := s.drawn(token)
	if err != nil {
		return err
	}
	for i, name := range p.Drives() {
		if slices.Contains(tokens.SideNames[:], name) {
			d.Sides = append(d.Sides, track+i)
		} else {
			d.Track = append(d.Track, track+i)
		}
	}
	return k.Draw(d)
}

// drawn is what the venue of a token charges at the rates of its process, whose tracks are not known yet.
func (s *Study) drawn(token int) (d tokens.Drawn, err error) {
	t, p := s.spec.Tokens[token], s.rates[token]
	kind, _ := tokens.Mechanisms.Kind(t.Mechanism.Kind)
	values := maps.Clone(t.Mechanism.Values)
	terms := func(name string, v float64) tokens.Terms {
		values[name] = v
		of := s.tokens[token]
		of.Mechanism = kind.New(values)
		all := of.Mechanism.Terms(of)
		values[name] = 0
		return all
	}
	var names []string
	for _, name := range p.Drives() {
		if !slices.Contains(tokens.SideNames[:], name) {
			names, values[name] = append(names, name), 0
		}
	}
	d = tokens.Drawn{Terms: terms(names[0], 0), Holds: p.Holds(s.spec.Step)}
	for _, name := range names {
		per, err := d.Terms.Slope(terms(name, 1), terms(name, 0.5))
		if err != nil {
			return d, fmt.Errorf("rates %s: %s of mechanism %s: %w", t.Rates.Kind, name, kind.Name, err)
		}
		d.Per = append(d.Per, per)
	}
	return d, nil
}
