package report

import (
	"slices"
	"strings"

	"mcrisk/assess"
	"mcrisk/plots"
	"mcrisk/study"
)

// A TokenFigure is one that a token can be drawn as, from a simulation or a stored
// run.
type TokenFigure struct {
	Name    string // of its file and of --figure
	Doc     string // what it shows, in words that follow its name
	Overlay bool   // it can show another run beside the token's

	logs bool // it shows logs of net asset value, which ruined paths have none of
	draw func(tokenSource) (*plots.Figure, error)
}

// TokenFigures are all figures of a token.
func TokenFigures() []TokenFigure { return slices.Clone(tokenFigures) }

// LookupTokenFigure is the figure of that name, or false.
func LookupTokenFigure(name string) (TokenFigure, bool) {
	i := slices.IndexFunc(tokenFigures, func(f TokenFigure) bool { return f.Name == name })
	if i < 0 {
		return TokenFigure{}, false
	}
	return tokenFigures[i], true
}

var tokenFigures = []TokenFigure{
	{"fan", "net asset value over time", true, false, drawFan},
	{"decay", "decay against the compounding ideal at the end", false, true, drawDecay},
	{"decay-horizons", "decay after four times, with the exact law where there is one", false, true, drawDecayHorizons},
	{"decay-variance", "decay against realised variance, with the theory line", false, true, drawDecayVariance},
	{"drawdown", "distribution of the maximum drawdown over paths", true, false, drawDrawdown},
	{"drawdown-underlying", "drawdown against the underlying's", false, false, drawDrawdownScatter},
	{"underwater", "value below its highest so far, over time", true, false, drawUnderwater},
	{"losses", "probability of having lost this much by then", false, false, drawLosses},
	{"cost-drag", "what each cost item takes a year", false, true, drawCosts},
	{"waterfall", "where the growth came from, in causes that add up", false, true, drawWaterfall},
	{"attribution-price", "causes of the growth by fifth of the final price", false, true, stackBy(assess.ByPrice)},
	{"attribution-variance", "causes of the growth by fifth of the realised variance", false, true,
		stackBy(assess.ByVariance)},
	{"leverage", "distribution of leverage after four times", false, true, drawLeverage},
	{"leverage-time", "leverage over time", true, true, drawLeverageTime},
	{"multiple", "effective multiple ln NAV/ln S over time", true, true, drawMultiple},
	{"law", "distribution of ln NAV against the exact or a normal distribution, and QQ", false, true, drawLaw},
}

// Of is the figure of a token, with another run over it unless that is nil; other is
// for figures with Overlay only.
func (f TokenFigure) Of(v, other *assess.View) Figure {
	s := tokenSource{v, other}
	return Figure{Name: f.Name, Draw: func() (*plots.Figure, error) {
		for _, x := range s.runs() {
			if f.logs && !x.Survived() {
				return nil, noSurvivor(x, f.Name)
			}
		}
		return f.draw(s)
	}}
}

func noSurvivor(v *assess.View, figure string) error {
	return undrawable("%s: no path survived, so there is no figure %s", v.Name(), figure)
}

// A tokenSource is what a figure of a token is drawn from.
type tokenSource struct {
	*assess.View
	other *assess.View // the run that it is compared with; nil: none
}

// title names the token and, in a comparison, the other.
func (s tokenSource) title(what string) string {
	if s.other != nil {
		return s.Name() + " and " + s.labelOf(s.other) + ": " + what
	}
	return s.Name() + ": " + what
}

// labelOf names a run in the figure.
func (s tokenSource) labelOf(v *assess.View) string {
	if v != s.View && v.Name() == s.Name() {
		return v.Name() + " (overlay)"
	}
	return v.Name()
}

// runs are the token's and the other's, if there is one.
func (s tokenSource) runs() []*assess.View {
	if s.other == nil {
		return []*assess.View{s.View}
	}
	return []*assess.View{s.View, s.other}
}

// caption says how the paths were made, and what the overlay does otherwise.
func (s tokenSource) caption() string {
	text := Caption(s.Study, s.Ensemble.N) + " " + TokenCaption(s.Study, s.Token)
	if s.other == nil {
		return text
	}
	const most = 6
	switch other := differing(s.Study.Settings(nil), s.other.Study.Settings(nil)); {
	case len(other) == 0:
		return text + " The overlay has the same settings."
	case len(other) <= most:
		return text + " The overlay has " + strings.Join(other, ", ") + "."
	}
	return text + " Overlay: " + Caption(s.other.Study, s.other.Ensemble.N) + " " +
		TokenCaption(s.other.Study, s.other.Token)
}

// pathsCaption is caption for a figure of the paths themselves, which has no
// intervals.
func (s tokenSource) pathsCaption() string { return withoutIntervals(s.caption()) }

// differing are the settings of b that a has not, or has otherwise.
func differing(a, b []study.Setting) (texts []string) {
	for _, x := range b {
		same := func(y study.Setting) bool { return x.Name == y.Name && x.Value == y.Value }
		if !slices.ContainsFunc(a, same) {
			texts = append(texts, x.Name+" "+x.Value)
		}
	}
	return texts
}

// simulatedFigures are those that every simulation has, besides the sensitivity to
// the band.
var simulatedFigures = []string{"fan", "decay", "drawdown", "underwater", "cost-drag", "waterfall"}

// simulationFigures are the figures of one of a simulation's tokens.
func simulationFigures(r *assess.Simulation, token int) (blocks []Block) {
	v := r.View(token)
	add := func(f Figure) {
		if len(r.Ensembles) > 1 {
			f.Name = v.Name() + "-" + f.Name
		}
		blocks = append(blocks, f)
	}
	for _, f := range tokenFigures {
		if slices.Contains(simulatedFigures, f.Name) {
			add(f.Of(v, nil))
		}
	}
	if r.Bands != nil && (r.Bands[token] != nil || !v.Survived()) {
		add(bandSweep(v, r.Bands[token]))
	}
	return blocks
}
