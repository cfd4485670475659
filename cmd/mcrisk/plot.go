package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"mcrisk/analytics"
	"mcrisk/exact"
	"mcrisk/models"
	"mcrisk/plots"
	"mcrisk/rundir"
	"mcrisk/study"
	"mcrisk/tokens"
)

// A source is what figures of one token are drawn from: what a run stores.
type source struct {
	plan     *plan
	token    int
	ensemble *tokens.Ensemble
	made     *analytics.Summary // once it was asked for
	horizons horizonTable
	counts   countTable
	other    *source // the run it is compared with; nil: none
}

func (s *source) name() string { return s.ensemble.Token.Name }

// summary is the token's, estimated when it is first asked for.
func (s *source) summary() *analytics.Summary {
	if s.made == nil {
		sum := analytics.Summarise(caseOf(s.plan.spec, s.token, s.ensemble, 0))
		s.made = &sum
	}
	return s.made
}

// survived reports whether any path did.
func (s *source) survived() bool {
	return slices.ContainsFunc(s.ensemble.Column("nav"), func(v float64) bool { return v > 0 })
}

// title names the token and, in a comparison, the other.
func (s *source) title(what string) string {
	if s.other != nil {
		return s.name() + " and " + s.other.label(s) + ": " + what
	}
	return s.name() + ": " + what
}

// label names a run beside another.
func (s *source) label(beside *source) string {
	if s.name() == beside.name() {
		return s.name() + " (overlay)"
	}
	return s.name()
}

// caption says how the paths were made, and what the overlay does otherwise.
func (s *source) caption() string {
	text := caption(s.plan, s.ensemble.N)
	if s.other == nil {
		return text
	}
	const most = 6
	switch other := differing(s.plan.settings(), s.other.plan.settings()); {
	case len(other) == 0:
		return text + " The overlay is made alike."
	case len(other) <= most:
		return text + " The overlay has " + strings.Join(other, ", ") + "."
	}
	return text + " Overlay: " + caption(s.other.plan, s.other.ensemble.N)
}

// differing are the settings of b that a has not, or has otherwise.
func differing(a, b []rundir.Setting) (texts []string) {
	for _, x := range b {
		if !slices.ContainsFunc(a, func(y rundir.Setting) bool { return x.Name == y.Name && x.Value == y.Value }) {
			texts = append(texts, x.Name+" "+x.Value)
		}
	}
	return texts
}

// paths is caption for a figure of the paths themselves, which has no intervals.
func (s *source) paths() string { return ofPaths(s.caption()) }

func ofPaths(caption string) string {
	return strings.ReplaceAll(caption, fmt.Sprintf("; intervals of %g %%.", 100*confidence), ".")
}

// A storedFigure is one that a stored run can be drawn as.
type storedFigure struct {
	name, doc string
	overlay   bool // can be compared
	logs      bool // shows logs of equity, which ruined paths have none of
	draw      func(*source) (*plots.Figure, error)
}

var storedFigures = []storedFigure{
	{"fan", "net asset value over time", true, false, drawFan},
	{"decay", "decay against the compounding ideal at the end", false, true, func(s *source) (*plots.Figure, error) { return decayFigure(s.plan, s.ensemble) }},
	{"decay-horizons", "decay after four times, with the exact law where there is one", false, true, drawDecayHorizons},
	{"decay-variance", "decay against realised variance, with the theory line", false, true, drawDecayVariance},
	{"drawdown", "how many paths fall how far", true, false, drawDrawdown},
	{"drawdown-underlying", "drawdown against the underlying's", false, false, drawDrawdownScatter},
	{"underwater", "value below its highest so far, over time", true, false, drawUnderwater},
	{"losses", "probability of having lost this much by then", false, false, drawLosses},
	{"cost-drag", "what each cost item takes a year", false, true, func(s *source) (*plots.Figure, error) { return costFigure(s.plan, s.ensemble, s.summary()) }},
	{"waterfall", "where the growth came from, in causes that add up", false, true, drawWaterfall},
	{"attribution-price", "causes of the growth by fifth of the final price", false, true, func(s *source) (*plots.Figure, error) { return drawStack(s, fifths[0].column, fifths[0].name) }},
	{"attribution-variance", "causes of the growth by fifth of the realised variance", false, true, func(s *source) (*plots.Figure, error) { return drawStack(s, fifths[1].column, fifths[1].name) }},
	{"leverage", "distribution of leverage after four times", false, true, drawLeverage},
	{"leverage-time", "leverage over time", true, true, drawLeverageTime},
	{"multiple", "effective multiple ln NAV/ln S over time", true, true, drawMultiple},
	{"law", "distribution of ln NAV against the exact or the normal law, and QQ", false, true, drawLaw},
}

func figureNames() (names []string) {
	for _, f := range storedFigures {
		names = append(names, f.name)
	}
	return append(names, "path")
}

func newPlot() *cobra.Command {
	var list strings.Builder
	for _, f := range storedFigures {
		fmt.Fprintf(&list, "  %-20s %s", f.name, f.doc)
		if f.overlay {
			list.WriteString("; takes --overlay")
		}
		list.WriteString("\n")
	}
	list.WriteString("  path                 one path as a story: price, leverage and its band, value, events (--path)")
	cmd := &cobra.Command{
		Use:   "plot RUN",
		Short: "Draw a stored run again, alone or over another",
		Long: `plot draws figures from what simulate stored in a run directory, as PNG, SVG or
PDF, without simulating again; the same run gives the same bytes. Figures:

` + list.String(),
		Example: `  mcrisk plot runs/eth --figure waterfall --out waterfall.pdf
  mcrisk plot runs/eth --figure drawdown --overlay runs/eth-wide
  mcrisk plot runs/eth --figure path --path 4821`,
		Args: oneRun,
	}
	var figure, overlay, out, path, of string
	s := cmd.Flags()
	addFlag(s, &figure, sectionOutput, "figure", "name", "", strings.Join(figureNames(), "|"))
	addFlag(s, &overlay, sectionOutput, "overlay", "run", "", "draw this run over it")
	addFlag(s, &out, sectionOutput, "out", "file", "", "file to write, which must not exist: .png, .svg or .pdf (default FIGURE.svg)")
	addFlag(s, &path, sectionOutput, "path", "number", "0", "which path the figure path tells, from 0")
	addFlag(s, &of, sectionOutput, "of", "name", "", "token of a run with several (default the first)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if !slices.Contains(figureNames(), figure) {
			return badInput("--figure %q; want one of %s%s", figure, strings.Join(figureNames(), ", "), didYouMean(figure, figureNames()))
		}
		if out == "" {
			out = figure + ".svg"
		}
		write := map[string]func(*plots.Figure, io.Writer) error{".png": (*plots.Figure).WritePNG, ".svg": (*plots.Figure).WriteSVG, ".pdf": (*plots.Figure).WritePDF}[strings.ToLower(filepath.Ext(out))]
		if write == nil {
			return badInput("--out %s; want a name that ends in .png, .svg or .pdf", out)
		}
		file, err := rundir.CreateFile(out)
		if err != nil {
			return fmt.Errorf("--out: %w", existing(err))
		}
		defer file.Abort()
		f, err := drawStored(args[0], figure, overlay, of, path)
		if err != nil {
			return err
		}
		if err := file.Commit(func(w io.Writer) error { return write(f, w) }); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
		fmt.Fprintln(cmd.ErrOrStderr(), "written:", out)
		return nil
	}
	return cmd
}

// drawStored draws a figure of a run directory.
func drawStored(dir, figure, overlay, of, path string) (*plots.Figure, error) {
	r, err := openRun(dir)
	if err != nil {
		return nil, err
	}
	token, err := r.token(of)
	if err != nil {
		return nil, err
	}
	if overlay != "" && !slices.ContainsFunc(storedFigures, func(f storedFigure) bool { return f.name == figure && f.overlay }) {
		return nil, badInput("--overlay with the figure %s, which cannot be compared; want one that takes it (mcrisk plot --help)", figure)
	}
	if figure == "path" {
		n, err := rundir.Count(path)
		if err != nil || n >= uint64(r.plan.spec.Paths) {
			return nil, badInput("--path = %q; want a whole number from 0 to %d, the last of the %d paths", path, r.plan.spec.Paths-1, r.plan.spec.Paths)
		}
		return drawPath(r.plan, token, int(n))
	}
	src, err := r.source(token)
	if err != nil {
		return nil, err
	}
	for _, f := range storedFigures {
		if f.name != figure {
			continue
		}
		if overlay != "" {
			o, err := openRun(overlay)
			if err != nil {
				return nil, err
			}
			if src.other, err = o.source(0); err != nil {
				return nil, err
			}
		}
		for _, x := range []*source{src, src.other} {
			if x != nil && f.logs && !x.survived() {
				return nil, badInput("%s: no path survived, so there is no figure %s", x.name(), figure)
			}
		}
		return f.draw(src)
	}
	return nil, errors.New("no such figure") // newPlot has checked
}

func (r *storedRun) source(token int) (*source, error) {
	s := &source{plan: r.plan, token: token, ensemble: &r.ensembles[token]}
	var err error
	if s.horizons, err = r.horizons(s.name()); err != nil {
		return nil, err
	}
	s.counts, err = r.counts(s.name())
	return s, err
}

// A countTable is the histograms of a run at its marks.
type countTable map[string]map[float64]*countColumn // by name, by years

type countColumn struct {
	low, high []float64
	counts    []int
}

func (r *storedRun) counts(token string) (countTable, error) {
	name := r.tokenFile("histograms", token)
	out := countTable{}
	err := r.read(name, func(in io.Reader) error {
		t, err := readTable(in, name)
		if err != nil {
			return err
		}
		for i, n := range t["name"] {
			var v [4]float64
			for k, column := range []string{"years", "low", "high", "count"} {
				if v[k], err = number(t[column], i); err != nil {
					return fmt.Errorf("%s:%d: %s: %w", name, i+2, column, err)
				}
			}
			out.add(n, v[0], v[1], v[2], int(v[3]))
		}
		return nil
	})
	return out, err
}

func (t countTable) add(name string, years, low, high float64, count int) {
	if t[name] == nil {
		t[name] = map[float64]*countColumn{}
	}
	c := t[name][years]
	if c == nil {
		c = &countColumn{}
		t[name][years] = c
	}
	c.low, c.high, c.counts = append(c.low, low), append(c.high, high), append(c.counts, count)
}

// fourTimes are up to four of the marks, in roughly equal ratios.
func fourTimes(t map[float64]*countColumn) []float64 {
	var all, some []float64
	for y := range t {
		all = append(all, y)
	}
	slices.Sort(all)
	for _, share := range []float64{1.0 / 64, 1.0 / 12, 1.0 / 4, 1} {
		if len(all) == 0 {
			break
		}
		at := all[max(0, int(math.Round(share*float64(len(all))))-1)]
		if !slices.Contains(some, at) {
			some = append(some, at)
		}
	}
	return some
}

// daysText writes a time for people.
func daysText(years float64) string {
	return strconv.FormatFloat(math.Round(3650*years)/10, 'f', -1, 64) + " days"
}

func drawFan(s *source) (*plots.Figure, error) {
	h := s.horizons
	if len(h["nav_p50"].years) < 1 {
		return nil, badInput("the run has no marks to draw over time")
	}
	at := func(name string) []float64 { return append([]float64{1}, h[name].value...) } // every path starts at 1
	d := plots.FanData{
		Title: s.title("net asset value"), Caption: s.paths(), Times: append([]float64{0}, h["nav_p50"].years...), Name: s.name(),
		P05: at("nav_p05"), P25: at("nav_p25"), P50: at("nav_p50"), P75: at("nav_p75"), P95: at("nav_p95"),
		Medians: []plots.Line{{Name: "Underlying", Y: at("underlying_p50")}, {Name: "Ideal token", Y: at("ideal_p50")}},
	}
	ruined := h["ruined"].value
	d.Ruined = ruined[len(ruined)-1]
	if o := s.other; o != nil {
		if !slices.Equal(o.horizons["nav_p50"].years, h["nav_p50"].years) {
			return nil, badInput("the runs have different times; a fan compares runs of one horizon and step")
		}
		d.Medians = append(d.Medians, plots.Line{Name: o.label(s), Y: append([]float64{1}, o.horizons["nav_p50"].value...)})
	}
	return plots.Fan(d)
}

// bands draws quantiles of one name over time, from where every path begins;
// NaN: nowhere in particular.
func (s *source) bands(name string, begin float64, d plots.BandsData) (*plots.Figure, error) {
	for _, x := range []*source{s, s.other} {
		if x == nil {
			continue
		}
		from := func(first float64, vs []float64) []float64 {
			if begin == begin {
				return append([]float64{first}, vs...)
			}
			return vs
		}
		at := func(p string) []float64 { return from(begin, x.horizons[name+p].value) }
		r := plots.BandsRun{Name: x.name(), Times: from(0, x.horizons[name+"_p50"].years),
			P05: at("_p05"), P25: at("_p25"), P50: at("_p50"), P75: at("_p75"), P95: at("_p95")}
		if x != s {
			r.Name = x.label(s)
		}
		if len(r.Times) < 2 || slices.ContainsFunc(r.P50, math.IsNaN) {
			return nil, badInput("%s has no %s to draw over time; want two times or more, and a price that moves", r.Name, name)
		}
		d.Runs = append(d.Runs, r)
	}
	d.Caption = s.paths()
	return plots.Bands(d)
}

func drawUnderwater(s *source) (*plots.Figure, error) {
	return s.bands("drawdown", 0, plots.BandsData{Title: s.title("how far below its highest value"), Label: "Value against its highest so far (%)", Scale: plots.Percent, Down: true})
}

func drawMultiple(s *source) (*plots.Figure, error) {
	return s.bands("multiple", nan, plots.BandsData{Title: s.title("effective multiple over time"), Label: "ln NAV / ln S (ratio)",
		Marks: []plots.Reference{{Name: "target", At: s.ensemble.Token.Target}}})
}

func drawLeverageTime(s *source) (*plots.Figure, error) {
	marks := []plots.Reference{{Name: "target", At: math.Abs(s.ensemble.Token.Target)}}
	if b, ok := s.ensemble.Token.Policy.(tokens.Band); ok {
		marks = append(marks, plots.Reference{Name: "lower edge", At: b.Low}, plots.Reference{Name: "upper edge", At: b.High})
	}
	return s.bands("leverage", math.Abs(s.ensemble.Token.Target), plots.BandsData{Title: s.title("leverage over time"), Label: "Leverage of the tokens that have not ended", Marks: marks})
}

func drawLosses(s *source) (*plots.Figure, error) {
	levels := []string{"10", "25", "50", "75", "90"}
	d := plots.HeatMapData{Title: s.title("probability of having lost this much by then"), Caption: s.paths(),
		XLabel: "Time since the start (days)", YLabel: "Loss of more than (% of the start)", Label: "probability of such a loss at some time until then (%)", Scale: plots.Percent}
	years := s.horizons["p_lost_50"].years
	stride := max(1, (len(years)+11)/12)
	first := (len(years) - 1) % stride // so that the last is the horizon
	for i := first; i < len(years); i += stride {
		d.X = append(d.X, strings.TrimSuffix(daysText(years[i]), " days"))
	}
	for _, l := range levels {
		d.Y = append(d.Y, l)
		var row []float64
		for i := first; i < len(years); i += stride {
			row = append(row, s.horizons["p_lost_"+l].value[i])
		}
		d.Values = append(d.Values, row)
	}
	return plots.HeatMap(d)
}

// density turns counts into bins of a figure, at most a few dozen, over the
// logs of values or over the values.
func density(name string, c *countColumn, of func(float64) float64) plots.Density {
	d := plots.Density{Name: name}
	total := 0
	for _, n := range c.counts {
		total += n
	}
	// The outermost five in a thousand on either side are counted, not drawn.
	first, last, below, above := 0, len(c.counts)-1, 0, 0
	for first < last && 200*(below+c.counts[first]) <= total {
		below += c.counts[first]
		first++
	}
	for last > first && 200*(above+c.counts[last]) <= total {
		above += c.counts[last]
		last--
	}
	d.Beyond = below + above
	const bins = 48
	lo, hi := of(c.low[first]), of(c.high[last])
	width := (hi - lo) / bins
	d.Edges = []float64{lo}
	for k := first; k <= last; k++ {
		top := of(c.high[k])
		// Edges are those of the counts, so that no path is split between bins.
		if len(d.Counts) == 0 || of(c.low[k]) >= d.Edges[len(d.Counts)-1]+width {
			if len(d.Counts) > 0 {
				d.Edges[len(d.Edges)-1] = of(c.low[k])
			}
			d.Counts, d.Edges = append(d.Counts, 0), append(d.Edges, top)
		}
		d.Counts[len(d.Counts)-1] += c.counts[k]
		d.Edges[len(d.Edges)-1] = top
	}
	return d
}

func drawDecayHorizons(s *source) (*plots.Figure, error) {
	t := s.ensemble.Token
	d := plots.DensitiesData{Title: s.title("decay over time"), Caption: s.paths(), XLabel: "Decay: ln NAV − T·ln S (log units)", YLabel: "density of paths (per log unit)"}
	spec := s.plan.spec.Alone(s.token)
	p, model, _, refused := problem(spec)
	counts := s.counts["decay_factor"]
	for _, years := range fourTimes(counts) {
		c := density(daysText(years), counts[years], math.Log)
		if refused == nil {
			if law, err := p.DecayLaw(years); err == nil {
				c.Exact = exactDensity(law, c.Edges[0], c.Edges[len(c.Edges)-1])
			}
		}
		if model != nil {
			_, _, variance := priceAfter(spec, model, years)
			c.At = []plots.Reference{{Name: "ideal token", At: tokens.VolatilityDecay(t.Target, variance)}}
		}
		d.Cases = append(d.Cases, c)
	}
	return plots.Densities(d)
}

// priceAfter is price after some of the horizon.
func priceAfter(s study.Spec, m models.Model, years float64) (mean, meanLog, variance float64) {
	s.Horizon = tokens.Duration(years * models.Year.Seconds())
	return price(s, m)
}

// exactDensity is the density of a law between two ends, by differences of its
// distribution function.
func exactDensity(law exact.Law, lo, hi float64) *plots.Line {
	l := &plots.Line{Name: "exact law"}
	const points = 80
	step := (hi - lo) / points
	below := law.CDF(lo - step/2)
	for i := range points + 1 {
		x := lo + float64(i)*step
		next := law.CDF(x + step/2)
		l.X, l.Y = append(l.X, x), append(l.Y, max(0, next-below)/step)
		below = next
	}
	return l
}

func drawLeverage(s *source) (*plots.Figure, error) {
	d := plots.DensitiesData{Title: s.title("distribution of leverage"), Caption: s.paths(), XLabel: "Leverage of the tokens that have not ended", YLabel: "density of paths (per unit of leverage)", Shared: true}
	d.Marked = []plots.Reference{{Name: "target", At: math.Abs(s.ensemble.Token.Target)}}
	if b, ok := s.ensemble.Token.Policy.(tokens.Band); ok {
		d.Marked = append(d.Marked, plots.Reference{Name: "lower edge", At: b.Low}, plots.Reference{Name: "upper edge", At: b.High})
	}
	counts := s.counts["leverage"]
	for _, years := range fourTimes(counts) {
		d.Cases = append(d.Cases, density(daysText(years), counts[years], func(x float64) float64 { return x }))
	}
	return plots.Densities(d)
}

// groupMeans are the means of y in ten groups of paths by x.
func groupMeans(x, y []float64) (points []plots.MeanPoint) {
	order := make([]int, 0, len(x))
	for i := range x {
		if !math.IsInf(y[i], 0) && !math.IsNaN(y[i]) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case x[i] < x[j]:
			return -1
		case x[i] > x[j]:
			return 1
		}
		return 0
	})
	const groups = 10
	for g := range groups {
		part := order[g*len(order)/groups : (g+1)*len(order)/groups]
		if len(part) < 30 {
			continue
		}
		var xs, ys []float64
		for _, i := range part {
			xs, ys = append(xs, x[i]), append(ys, y[i])
		}
		points = append(points, plots.MeanPoint{X: analytics.Mean(analytics.Sample{X: xs}, confidence).Value, Y: analytics.Mean(analytics.Sample{X: ys}, confidence)})
	}
	return points
}

func drawDecayVariance(s *source) (*plots.Figure, error) {
	e, t := s.ensemble, s.ensemble.Token.Target
	log, logS, qv := analytics.LogNAV(e), e.Column("log_underlying"), e.Column("realised_variance")
	decay := make([]float64, e.N)
	for i := range decay {
		decay[i] = analytics.DecayVsPower(log[i], t, logS[i])
	}
	lo, hi := slices.Min(qv), slices.Max(qv)
	theory := plots.Line{Name: "theory: −½T(T−1)·realised variance"}
	for i := range 101 {
		x := lo + (hi-lo)*float64(i)/100
		theory.X, theory.Y = append(theory.X, x), append(theory.Y, tokens.VolatilityDecay(t, x))
	}
	d := plots.ScatterData{Title: s.title("decay against realised variance"),
		XLabel: "Realised variance of the underlying over the horizon (log²)", YLabel: "Decay: ln NAV − T·ln S (log units)", X: qv, Y: decay}
	if hi > lo {
		d.Lines = []plots.Line{theory}
	}
	return s.scatter(d)
}

// scatter draws paths and, where they are enough, means of groups of them, which
// have intervals.
func (s *source) scatter(d plots.ScatterData) (*plots.Figure, error) {
	d.Caption = s.paths()
	if d.Means = groupMeans(d.X, d.Y); len(d.Means) > 0 {
		d.Caption = s.caption()
	}
	return plots.Scatter(d)
}

func drawDrawdownScatter(s *source) (*plots.Figure, error) {
	e, l := s.ensemble, math.Abs(s.ensemble.Token.Target)
	x, y := e.Column("underlying_max_drawdown"), e.Column("max_drawdown")
	power := plots.Line{Name: "1 − (1 − x)^|T|: a fall of the power S^T"}
	for i := range 101 {
		v := float64(i) / 100
		power.X, power.Y = append(power.X, v), append(power.Y, 1-math.Pow(1-v, l))
	}
	return s.scatter(plots.ScatterData{Title: s.title("drawdown against the underlying's"),
		XLabel: "Maximum drawdown of the underlying (%)", YLabel: "Maximum drawdown of the token (%)", XScale: plots.Percent, YScale: plots.Percent,
		X: x, Y: y, Lines: []plots.Line{power}})
}

func drawDrawdown(s *source) (*plots.Figure, error) {
	d := drawdownData(s.plan, s.ensemble)
	d.Title, d.Caption = s.title("maximum drawdown"), s.caption()
	if o := s.other; o != nil {
		x := drawdownData(o.plan, o.ensemble).Series[0]
		x.Name = o.label(s)
		d.Series = append(d.Series, x)
	}
	return plots.Drawdown(d)
}

// causeNames are the causes as figures write them.
var causeNames = map[string]string{"underlying": "Underlying, T times", "volatility_decay": "Volatility decay", "band_effect": "Band effect", "path": "Path"}

func causeName(name string) string {
	if n, ok := causeNames[name]; ok {
		return n
	}
	n := strings.ReplaceAll(name, "_", " ")
	return strings.ToUpper(n[:1]) + n[1:]
}

func drawWaterfall(s *source) (*plots.Figure, error) {
	a := analytics.AttributeLog(caseOf(s.plan.spec, s.token, s.ensemble, 0))
	d := plots.WaterfallData{Title: s.title("where the growth came from"), Caption: s.caption(), Label: "Mean of ln NAV over the horizon (log units)", Total: a.Total.Over}
	if a.Ruined > 0 {
		d.Caption += fmt.Sprintf(" Over survivors; %s ruined.", thousands(a.Ruined))
	}
	for _, c := range a.Causes {
		d.Causes = append(d.Causes, plots.WaterfallStep{Name: causeName(c.Name), Value: c.Over})
	}
	return plots.Waterfall(d)
}

func drawStack(s *source, column, by string) (*plots.Figure, error) {
	groups := analytics.AttributeBy(caseOf(s.plan.spec, s.token, s.ensemble, 0), column, min(5, s.ensemble.N))
	d := plots.StackData{Title: s.title("where the growth came from, by " + by), Caption: s.caption(),
		Label: "Mean of ln NAV over the horizon, over survivors (log units)", GroupLabel: "Fifth of the paths by " + by + " of the underlying"}
	shown := map[string][]float64{}
	var order []string
	empty := 0
	for _, g := range groups {
		if g.Total.Over.N == 0 {
			empty++
			continue
		}
		d.Groups = append(d.Groups, short3(g.Lo)+" to "+short3(g.Hi))
		d.Totals = append(d.Totals, g.Total.Over)
		for _, c := range g.Causes {
			name := causeName(c.Name)
			if _, ok := causeNames[c.Name]; !ok {
				name = "Interest, funding and fees"
				if slices.Contains([]string{"trade_fee", "impact", "gas"}, c.Name) {
					name = "Trading"
				}
				if c.Name == "liquidation_penalty" {
					name = "Liquidation"
				}
			}
			if !slices.Contains(order, name) {
				order = append(order, name)
			}
			vs := shown[name]
			if len(vs) < len(d.Groups) {
				vs = append(vs, 0)
			}
			vs[len(vs)-1] += c.Over.Value
			shown[name] = vs
		}
	}
	if empty > 0 {
		d.Caption += fmt.Sprintf(" Left out: %d of %d groups, in which no path survived.", empty, len(groups))
	}
	for _, name := range order {
		if slices.ContainsFunc(shown[name], func(v float64) bool { return v != 0 }) {
			d.Causes = append(d.Causes, plots.StackCause{Name: name, Values: shown[name]})
		}
	}
	return plots.Stack(d)
}

func drawLaw(s *source) (*plots.Figure, error) {
	e := s.ensemble
	log := analytics.LogNAV(e)
	d := plots.LawData{Title: s.title("distribution of ln NAV"), Caption: s.caption(), XLabel: "ln NAV (log units)", Values: log, Confidence: confidence}
	cdf, quantile, name, err := lawOf(s)
	if err != nil {
		return nil, err
	}
	d.LawName, d.CDF.Name = name, name
	alive := slices.DeleteFunc(slices.Clone(log), func(v float64) bool { return math.IsInf(v, 0) })
	if len(alive) == 0 {
		return nil, badInput("no path survived; there is no law to draw")
	}
	lo, hi := slices.Min(alive), slices.Max(alive)
	for i := range 121 {
		x := lo + (hi-lo)*float64(i)/120
		d.CDF.X, d.CDF.Y = append(d.CDF.X, x), append(d.CDF.Y, max(0, min(1, cdf(x))))
	}
	if !(hi > lo) {
		return nil, badInput("ln NAV is %v on every path; there is no law to draw", lo)
	}
	var levels []float64
	for i := range 39 {
		levels = append(levels, float64(i+1)/40)
	}
	levels = append(levels, 0.005, 0.995)
	for i, q := range analytics.Quantiles(analytics.Sample{X: log}, levels, confidence) {
		law := quantile(levels[i])
		if finite(law) != nil && finite(q.Value) != nil {
			d.Quantiles = append(d.Quantiles, plots.LawQuantile{P: levels[i], Law: law, Sample: q.Value, Lo: q.Lo, Hi: q.Hi})
		}
	}
	return plots.Law(d)
}

// lawOf is the exact law of ln NAV, or the normal one of the sample's mean and
// spread where there is none.
func lawOf(s *source) (cdf, quantile func(float64) float64, name string, err error) {
	spec := s.plan.spec.Alone(s.token)
	if p, _, _, err := problem(spec); err == nil {
		if law, err := p.Law(s.ensemble.Years()); err == nil {
			return law.CDF, func(p float64) float64 {
				x, err := law.Quantile(p)
				if err != nil {
					return nan
				}
				return x
			}, "exact law", nil
		}
	}
	mean, _ := s.summary().Metric("log_nav")
	spread, _ := s.summary().Metric("volatility")
	sd := spread.Value * math.Sqrt(s.ensemble.Years())
	if !(sd > 0) {
		return nil, nil, "", badInput("fewer than two paths survived; there is no law to draw")
	}
	return func(x float64) float64 { return math.Erfc(-(x-mean.Value)/sd/math.Sqrt2) / 2 },
		func(p float64) float64 { return mean.Value + sd*math.Sqrt2*math.Erfinv(2*p-1) }, "normal law of the same mean and spread", nil
}

// drawPath tells one path: it is run again, with the same bits.
func drawPath(p *plan, token, path int) (*plots.Figure, error) {
	t, err := p.spec.Tokens[token].Build()
	if err != nil {
		return nil, err
	}
	d := plots.StoryData{Title: fmt.Sprintf("%s: path %d", t.Name, path), Caption: "One of " + ofPaths(caption(p, p.spec.Paths)), Target: math.Abs(t.Target), Low: nan, High: nan}
	if b, ok := t.Policy.(tokens.Band); ok {
		d.Low, d.High = b.Low, b.High
	}
	point := func(e tokens.Event) {
		leverage := math.Abs(e.Leverage)
		if e.Equity <= 0 {
			leverage = nan
		}
		d.Times, d.Price = append(d.Times, models.Years(e.Time)), append(d.Price, e.Price)
		d.NAV, d.Leverage = append(d.NAV, max(0, e.Equity)), append(d.Leverage, leverage)
	}
	// Enough points for the eye: the first event, and the last of each of some
	// thousand spells.
	const spells = 2000
	spell := max(1, p.spec.Horizon/spells)
	var last tokens.Event
	told := 0
	if _, err := study.Tell(p.spec, token, path, func(e tokens.Event) {
		switch e.Name {
		case "rebalance", "liquidation", "stop", "wipe-out":
			d.Events = append(d.Events, plots.StoryEvent{At: models.Years(e.Time), Name: e.Name})
		}
		if told == 1 || told > 1 && e.Time/spell != last.Time/spell {
			point(last)
		}
		last, told = e, told+1
	}); err != nil {
		return nil, err
	}
	point(last)
	slices.SortStableFunc(d.Events, func(a, b plots.StoryEvent) int { return strings.Compare(order(a.Name), order(b.Name)) })
	return plots.Story(d)
}

// order puts rebalances first, which may be many.
func order(event string) string {
	if event == "rebalance" {
		return ""
	}
	return event
}
