package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"mcrisk/analytics"
	"mcrisk/catalogue"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/plots"
	"mcrisk/study"
	"mcrisk/tokens"
)

func newLiquidation() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "liquidation",
		Short: "Map the probability of liquidation over keeper latency and the size of a jump",
		Long: `liquidation runs tokens of the catalogue in a market that jumps now and then,
always by the same size, with keepers that are more or less late, and prints
the probability of a liquidation within the horizon for each pair. All cells
live on the same random numbers and the same jump times. Each token runs on the
volatility of its own underlying, unless --sigma or --prices gives one for all.
It draws a heat map for each token, in the colours of one scale. Prices are seen
at the end of each step, to which latencies round up: use a step no longer than
the shortest of them.`,
		Example: `  mcrisk liquidation --tokens BTCBULL3X,ETHBULL3X,hyperliquid-btc3x --step 15m --paths 1000`,
		Args:    noArgs,
	}
	f := addStudyFlags(cmd)
	refuse := f.own([][2]string{{"token", "--tokens"}, {"spec", "--tokens"}, {"latency", "--latencies"}, {"after-liquidation", "none: a lifetime ends at its first"},
		{"model", "none: geometric Brownian motion with jumps of one size"}, {"jump-mean", "--jumps"}, {"jump-sd", "none: all jumps are of one size"}})
	o := addOutputFlags(cmd)
	var list, latencies, jumps string
	addFlag(cmd.Flags(), &list, sectionToken, "tokens", "names", "", "tokens of the catalogue")
	addFlag(cmd.Flags(), &latencies, sectionKeeper, "latencies", "durations", "0,15m,1h,4h,12h,1d", "of the keeper, one for each row")
	addFlag(cmd.Flags(), &jumps, sectionModel, "jumps", "fractions", "0,5%,10%,15%,20%,25%,30%,35%", "by which the price moves against the token at each jump, one for each column")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		names := listed(list)
		if err := refuse(); err != nil {
			return err
		}
		if len(names) == 0 {
			return badInput("--tokens = %q; want names of the catalogue, as in BTCBULL3X,ETHBULL3X (see: mcrisk tokens)", list)
		}
		m := liquidationMap{}
		var err error
		if m.latencies, err = parseList(latencyParam, latencies); err != nil {
			return badInput("--latencies: %w", err)
		}
		if m.jumps, err = parseList(param.Param{Name: "jump", Unit: param.Fraction, Min: 0, Max: 0.99}, jumps); err != nil {
			return badInput("--jumps: %w", err)
		}
		f.model = "merton"
		if err := m.plan(f, names); err != nil {
			return err
		}
		return o.publish(cmd, f.workers, "cells", m.run, m.plans...)
	}
	return cmd
}

var latencyParam = func() param.Param {
	i := slices.IndexFunc(tokens.Params, func(p param.Param) bool { return p.Name == "latency" })
	return tokens.Params[i]
}()

// parseList reads values as axes do, none of them twice.
func parseList(p param.Param, text string) ([]float64, error) {
	vs, err := study.ParseValues(p, text)
	if err == nil && len(slices.Compact(slices.Clone(vs))) != len(vs) {
		return nil, fmt.Errorf("%q names a value twice", text)
	}
	return vs, err
}

// A liquidationMap is the probability of a liquidation for each token, latency
// and jump.
type liquidationMap struct {
	latencies []float64 // seconds
	jumps     []float64 // fractions of the price, against the token
	plans     []*plan   // one for each underlying
	tokens    []*mappedToken
}

// A mappedToken is a token of the map.
type mappedToken struct {
	entry catalogue.Token
	plan  *plan
	spec  study.TokenSpec
	cells [][]analytics.Estimate // by latency, then jump
}

// plan resolves the flags once for each underlying of the named tokens, so that
// each has its own volatility.
func (m *liquidationMap) plan(f *studyFlags, names []string) error {
	var underlyings []string
	of := map[string][]string{}
	for _, name := range names {
		entry, err := catalogue.LookupToken(name)
		if err != nil {
			return inputError{err}
		}
		m.tokens = append(m.tokens, &mappedToken{entry: entry})
		if u := entry.Underlying; !slices.Contains(underlyings, u) {
			underlyings = append(underlyings, u)
		}
		of[entry.Underlying] = append(of[entry.Underlying], name)
	}
	for _, underlying := range underlyings {
		f.token, f.tokens = "", of[underlying]
		if len(f.tokens) == 1 { // whose numbers then need no name before them
			f.token, f.tokens = f.tokens[0], nil
		}
		p, err := f.plan()
		if err != nil {
			return err
		}
		set := func(name string, v float64, why string) {
			if err == nil {
				p.spec, err = p.spec.With(name, v)
				p.origins[name] = why
			}
		}
		if !f.given("jump-rate") {
			set("jump-rate", 1, "one a year")
		}
		// What follows a liquidation is not of interest.
		set("after-liquidation", float64(tokens.Stop), "a lifetime ends at its first")
		set("jump-sd", 0, "all jumps are of one size")
		p.origins["jump-mean"], p.origins["latency"] = "unused: the map's jumps", "unused: the map's latencies"
		if err != nil {
			return err
		}
		if err := fits(p.spec, len(m.latencies)*len(m.jumps)+1, 1); err != nil {
			return err
		}
		m.plans = append(m.plans, p)
		for _, t := range m.tokens {
			if i := slices.IndexFunc(p.spec.Tokens, func(s study.TokenSpec) bool { return s.Name == t.entry.Name }); i >= 0 {
				t.plan, t.spec = p, p.spec.Tokens[i]
			}
		}
	}
	return nil
}

func (m *liquidationMap) run(ctx context.Context, opt study.Options) (*outcome, error) {
	hash := study.NewHasher()
	for _, p := range m.plans {
		for _, sign := range []float64{1, -1} {
			if err := m.fill(ctx, p, sign, opt, hash); err != nil {
				return nil, err
			}
		}
	}
	return m.outcome(hash.Sum()), nil
}

// fill sweeps a plan's tokens of one sign over the jumps and the latencies. A short
// token is jumped against upwards.
func (m *liquidationMap) fill(ctx context.Context, p *plan, sign float64, opt study.Options, hash *study.Hasher) error {
	spec := p.spec
	spec.Tokens = nil
	var of []*mappedToken
	for _, t := range m.tokens {
		if t.plan == p && t.spec.Values["target"]*sign >= 0 {
			of, spec.Tokens = append(of, t), append(spec.Tokens, t.spec)
			t.cells = make([][]analytics.Estimate, len(m.latencies))
		}
	}
	if len(of) == 0 {
		return nil
	}
	jump, err := spec.Param("jump-mean")
	if err != nil {
		return err
	}
	axes := []study.Axis{{Param: jump}, {Param: latencyParam, Values: m.latencies}}
	for _, size := range m.jumps {
		axes[0].Values = append(axes[0].Values, math.Log1p(-sign*size))
	}
	for _, a := range axes { // the study's own cell is then the first, and costs nothing
		if spec, err = spec.With(a.Name, a.Values[0]); err != nil {
			return err
		}
	}
	sweep, err := study.NewSweep(spec, axes, 0)
	if err != nil {
		return err
	}
	_, cells, err := sweep.Collect(ctx, opt, []string{"liquidations"})
	if err != nil {
		return err
	}
	risk := sweepMetric("p_liquidation")
	for ofJump := range slices.Chunk(cells, len(m.latencies)) {
		for _, c := range ofJump {
			hash.Add(c.Ensembles)
		}
		for i, t := range of {
			for l, c := range ofJump {
				e := &c.Ensembles[i]
				t.cells[l] = append(t.cells[l], risk.Mean(risk.Of(e), confidence))
			}
		}
	}
	return nil
}

func (m *liquidationMap) figures() (list []namedFigure, err error) {
	for _, t := range m.tokens {
		f, err := m.figure(t)
		if err != nil {
			return nil, err
		}
		list = append(list, namedFigure{t.entry.Name + "-liquidation", f})
	}
	return list, nil
}

// figure draws a token's map. Zero to the greatest probability of all tokens is
// the scale of each.
func (m *liquidationMap) figure(t *mappedToken) (*plots.Figure, error) {
	within := spell(t.plan.spec.Horizon.Seconds())
	data := plots.HeatMapData{
		Title: t.entry.Name + ": probability of a liquidation within " + within, Caption: t.about() + "\n" + m.caption(t),
		XLabel: "Size of a jump against the token (%)", YLabel: "Keeper latency", Label: "probability of a liquidation within " + within + " (%)", Scale: plots.Percent,
	}
	for _, v := range m.jumps {
		data.X = append(data.X, short(100*v))
	}
	for i, v := range m.latencies {
		data.Y = append(data.Y, param.FormatSeconds(v))
		var texts []string
		for _, e := range t.cells[i] {
			text, _ := shown(e)
			texts = append(texts, text)
		}
		data.Texts = append(data.Texts, texts)
	}
	for _, e := range slices.Concat(cellsOf(m.tokens...)...) {
		data.Span[1] = max(data.Span[1], e.Value)
	}
	if data.Span[1] == 0 { // nobody was ever liquidated
		data.Span[1] = t.cells[0][0].Hi
	}
	return drawCells(data, t.cells)
}

// cellsOf are the rows of cells of tokens.
func cellsOf(tokens ...*mappedToken) (rows [][]analytics.Estimate) {
	for _, t := range tokens {
		rows = append(rows, t.cells...)
	}
	return rows
}

// shown writes a probability in percent, with no digit that is finer than half
// its interval, and the interval to the same. Where none or all of the paths were
// liquidated it is the end of the exact interval, rounded outwards.
func shown(e analytics.Estimate) (value, interval string) {
	switch e.Value {
	case 0:
		hi, decimals := outward(100*e.Hi, 1)
		return "<" + fixed(hi, decimals), ""
	case 1:
		miss, decimals := outward(100*(1-e.Lo), 1)
		return ">" + fixed(100-miss, decimals), ""
	}
	decimals := max(0, -int(math.Floor(math.Log10(50*(e.Hi-e.Lo)))))
	if 100*e.Value < 0.5*math.Pow10(-decimals) { // few paths are not none
		decimals++
	}
	return fixed(100*e.Value, decimals), " (" + fixed(100*e.Lo, decimals) + " to " + fixed(100*e.Hi, decimals) + ")"
}

// about says what a token is and when it is liquidated.
func (t *mappedToken) about() string {
	token, err := t.spec.Build()
	if err != nil {
		panic("mcrisk: " + err.Error()) // it ran
	}
	mechanism, policy := t.spec.Mechanism, t.spec.Policy
	var b strings.Builder
	from, _, _ := strings.Cut(t.plan.origins.of("sigma"), ":")
	fmt.Fprintf(&b, "%s: %sx %s of volatility %s %% a year (%s), by a ", t.entry.Name, short(token.Target), t.entry.Underlying, digits(100*t.sigma(), 3), from)
	kind := mechanism.Kind
	if kind == "perp" {
		kind = "perpetual"
	}
	b.WriteString(kind)
	if mechanism.Kind == t.entry.Mechanism.Kind {
		b.WriteString(" on " + t.entry.Venue.Value)
		if !t.entry.Chain.Unknown {
			b.WriteString(" (" + t.entry.Chain.Value + ")")
		}
	}
	switch v := mechanism.Values; mechanism.Kind {
	case "loan":
		fmt.Fprintf(&b, " of liquidation threshold %s", short(v["liquidation-threshold"]))
	case "perp":
		fmt.Fprintf(&b, " of maintenance margin %s %%", short(100*v["maintenance"]))
		if v["close-fee"] > 0 {
			fmt.Fprintf(&b, " and a closing fee of %s %%", short(100*v["close-fee"]))
		}
	}
	if l := math.Abs(token.LiquidationLeverage()); math.IsInf(l, 1) {
		b.WriteString(", not liquidated before it is worth nothing")
	} else {
		fmt.Fprintf(&b, ", liquidated at leverage %s", digits(l, 3))
	}
	if outside := edges(token.Policy.Watch(token.Start(), new(tokens.State))); policy.Kind == "band" {
		assumed := ""
		if t.plan.origins["low"] != "given" && t.entry.Policy.Words["low"].Unknown {
			assumed = " (not published, assumed)"
		}
		fmt.Fprintf(&b, "; band %s%s, traded %s", outside, assumed, []string{"to the edge", "to the target", "part of the way back"}[int(policy.Values["to"])])
	} else if outside == "–" {
		fmt.Fprintf(&b, "; policy %s", policy.Kind)
	} else {
		fmt.Fprintf(&b, "; policy %s, which watches leverage %s", policy.Kind, outside)
	}
	b.WriteString(".")
	if token.Cost.Gas > 0 {
		fmt.Fprintf(&b, " It starts with %s USD and pays %s USD of gas a trade: once shrunk to a few dollars it no longer trades, and drifts into liquidation without any jump.", thousands(int(token.AUM)), short(token.Cost.Gas))
	}
	return b.String()
}

// sigma is the volatility that the token ran on.
func (t *mappedToken) sigma() float64 { return t.plan.spec.Model.Values["sigma"] }

// caption says how the cells of tokens were made.
func (m *liquidationMap) caption(of ...*mappedToken) string {
	s := m.plans[0].spec
	rate, within := s.Model.Values["jump-rate"], spell(s.Horizon.Seconds())
	jumps := short(rate) + " jumps"
	if rate == 1 {
		jumps = "one jump"
	}
	mean := rate * models.Years(s.Horizon)
	var b strings.Builder
	fmt.Fprintf(&b, "Price: geometric Brownian motion and on top of it %s expected a year, all of one size; expected growth %s %% a year, jumps included. ", jumps, short(100*s.Model.Values["mu"]))
	fmt.Fprintf(&b, "It jumps at all within %s with probability 1 − exp(−%s) = %s %%: the plateau where every jump liquidates. ", within, short(mean), digits(-100*math.Expm1(-mean), 3))
	fmt.Fprintf(&b, "The keeper sees it in steps of %s, to which latencies round up. A lifetime ends at its first liquidation.\n", spell(s.Step.Seconds()))
	none, every := "", ""
	for _, e := range slices.Concat(cellsOf(of...)...) {
		switch text, _ := shown(e); e.Value {
		case 0:
			none = " “" + text + "”: on none of the paths; the number is the upper end of the interval, rounded up."
		case 1:
			every = " “" + text + "”: on all of them; the number is the lower end, rounded down."
		}
	}
	half, decimals := outward(50*widest(cellsOf(of...)), 2)
	fmt.Fprintf(&b, "%s paths, the same random numbers in every cell, so that cells err together; seed %d; exact intervals of %g %%, whose half-widths are at most %s percentage points.%s%s",
		thousands(s.Paths), s.Seed, 100*confidence, fixed(half, decimals), none, every)
	if len(of) < len(m.tokens) {
		b.WriteString(" One scale of colours for all tokens.")
	}
	return b.String()
}

// outward rounds a positive number up to n digits, and says how many of them
// are decimals.
func outward(v float64, n int) (up float64, decimals int) {
	decimals = n - 1 - int(math.Floor(math.Log10(v)))
	up = math.Ceil(v * math.Pow10(decimals))
	if up == math.Pow10(n) { // 1.0 has one digit more than 1
		up, decimals = up/10, decimals-1
	}
	return up * math.Pow10(-decimals), max(0, decimals)
}

func fixed(v float64, decimals int) string { return strconv.FormatFloat(v, 'f', decimals, 64) }

// spell writes a length of time in words.
func spell(seconds float64) string {
	for _, u := range []struct {
		one, many string
		size      float64
	}{{"a year", "years", 365 * 86400}, {"a day", "days", 86400}, {"an hour", "hours", 3600}, {"a minute", "minutes", 60}} {
		switch n := seconds / u.size; {
		case n == 1:
			return u.one
		case n > 1 && n == math.Trunc(n):
			return short(n) + " " + u.many
		}
	}
	return short(seconds) + " seconds"
}

func (m *liquidationMap) write(w io.Writer) {
	for _, t := range m.tokens {
		fmt.Fprintln(w, t.about())
	}
	fmt.Fprintf(w, "%s\n\nProbability of at least one liquidation within %s, in percent, with its interval:\n\n", m.caption(m.tokens...), spell(m.plans[0].spec.Horizon.Seconds()))
	out := newTable(w)
	head := table.Row{"token", "underlying", "volatility", "latency"}
	for _, v := range m.jumps {
		head = append(head, "jump "+short(100*v)+" %")
	}
	out.AppendHeader(head)
	for _, t := range m.tokens {
		for l, latency := range m.latencies {
			row := table.Row{t.entry.Name, t.entry.Underlying, digits(100*t.sigma(), 3) + " %", param.FormatSeconds(latency)}
			for _, e := range t.cells[l] {
				text, interval := shown(e)
				row = append(row, text+interval)
			}
			out.AppendRow(row)
		}
	}
	out.Render()
}

func (m *liquidationMap) outcome(hash string) *outcome {
	type cell struct {
		Token      string       `json:"token"`
		Underlying string       `json:"underlying"`
		Sigma      float64      `json:"sigma"`
		Latency    float64      `json:"latency_seconds"`
		Jump       float64      `json:"jump"`
		P          jsonEstimate `json:"probability"`
	}
	all := struct {
		ResultsHash string `json:"results_hash"`
		Cells       []cell `json:"cells"`
	}{ResultsHash: hash}
	rows := [][]string{append([]string{"token", "underlying", "sigma", "latency_seconds", "jump", "probability"}, estimateHead...)}
	for _, t := range m.tokens {
		for l, latency := range m.latencies {
			for j, e := range t.cells[l] {
				c := cell{t.entry.Name, t.entry.Underlying, t.sigma(), latency, m.jumps[j], toJSON(e)}
				all.Cells = append(all.Cells, c)
				rows = append(rows, append([]string{c.Token, c.Underlying, numberText(c.Sigma), numberText(c.Latency), numberText(c.Jump)}, estimateRow(e)...))
			}
		}
	}
	return &outcome{hash: hash, json: all, text: m.write, tables: []namedTable{{"liquidation.csv", rows}}, figures: m.figures}
}
