package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/plots"
)

// A TokenSource is what is known of a token beside its study.
type TokenSource struct {
	Underlying  string // "BTC"; empty: not known
	Venue       string // where its leverage is held, "Aave v3 (arbitrum)"; empty: not known
	SigmaFrom   string // where its volatility came from: "catalogue", "given"
	BandAssumed bool   // its band is not published
}

// LiquidationMap is the probability of a liquidation for each token, latency and jump:
// one table, and a figure for each token in the colours of one scale. There is a
// source for each token, and a provenance for each study, in order.
func LiquidationMap(r *assess.LiquidationMap, sources []TokenSource, of []Provenance) Document {
	horizon := Duration(r.Tokens[0].Study.Spec().Horizon.Seconds())
	d := Document{Data: liquidationJSON(r, sources), Brief: liquidationBrief(r, horizon)}
	for i, t := range r.Tokens {
		d.Blocks = append(d.Blocks, Text(aboutToken(t.TokenRef, sources[i])))
	}
	d.Blocks = append(d.Blocks, Text(liquidationCaption(r, r.Tokens)),
		liquidationTable(r, horizon), liquidationData(r, sources))
	for i, t := range r.Tokens {
		d.Blocks = append(d.Blocks, Figure{Name: t.Name() + "-liquidation", Draw: func() (*plots.Figure, error) {
			return drawCells(liquidationFigure(r, i, sources[i], horizon), t.Cells, analytics.Probability)
		}})
	}
	for k, s := range r.Studies() {
		if len(of) > 1 {
			i := slices.IndexFunc(r.Tokens, func(t assess.LiquidationRisk) bool { return t.Study == s })
			d.Blocks = append(d.Blocks, Text("On the price of "+sources[i].Underlying+":"))
		}
		d.Blocks = append(d.Blocks, Provenance{Settings: of[k].Settings}.closing()...)
	}
	d.Blocks = append(d.Blocks, Text("results_hash "+r.Hash))
	return d
}

// liquidationTable has a row for each token and latency, and a column for each jump.
func liquidationTable(r *assess.LiquidationMap, horizon string) Table {
	t := Table{PeopleOnly: true, Keys: 2, Columns: []Column{{Name: "token"}, {Name: "latency", Align: Right}},
		Title: "Probability of at least one liquidation within " + horizon + ", in percent, with its " +
			intervalTitle + " (Monte Carlo error):"}
	for _, v := range r.Jumps {
		t.Columns = append(t.Columns, Column{Name: "jump " + Short(100*v) + " %"})
	}
	for _, x := range r.Tokens {
		for l, latency := range r.Latencies {
			row := []any{x.Name(), param.FormatSeconds(latency)}
			for _, e := range x.Cells[l] {
				row = append(row, probability(e))
			}
			t.Add(row...)
		}
	}
	return t
}

// liquidationData has a row for each cell.
func liquidationData(r *assess.LiquidationMap, sources []TokenSource) Table {
	t := Table{Name: "liquidation", DataOnly: true, Columns: []Column{{Name: "token"}, {Name: "underlying"},
		{Name: "sigma"}, {Name: "latency_seconds"}, {Name: "jump"},
		{Name: "probability", Bare: true, Parts: estimateParts}}}
	for i, x := range r.Tokens {
		for l, latency := range r.Latencies {
			for j, e := range x.Cells[l] {
				t.Add(x.Name(), sources[i].Underlying, x.Value("sigma"), latency, r.Jumps[j], e)
			}
		}
	}
	return t
}

// liquidationJSON has the names that scripts rely on.
func liquidationJSON(r *assess.LiquidationMap, sources []TokenSource) any {
	type cell struct {
		Token      string       `json:"token"`
		Underlying string       `json:"underlying"`
		Sigma      Number       `json:"sigma"`
		Latency    float64      `json:"latency_seconds"`
		Jump       float64      `json:"jump"`
		P          JSONEstimate `json:"probability"`
	}
	all := struct {
		ResultsHash string `json:"results_hash"`
		Cells       []cell `json:"cells"`
	}{ResultsHash: r.Hash}
	for i, x := range r.Tokens {
		for l, latency := range r.Latencies {
			for j, e := range x.Cells[l] {
				sigma := Number(x.Value("sigma"))
				all.Cells = append(all.Cells,
					cell{x.Name(), sources[i].Underlying, sigma, latency, r.Jumps[j], ToJSON(e)})
			}
		}
	}
	return all
}

// liquidationFigure is a token's map without its values. Zero to the greatest
// probability of all tokens is the scale of each.
func liquidationFigure(r *assess.LiquidationMap, token int, source TokenSource, horizon string) plots.HeatMapData {
	t := r.Tokens[token]
	d := plots.HeatMapData{
		Title:   t.Name() + ": probability of a liquidation within " + horizon,
		Caption: aboutToken(t.TokenRef, source) + "\n" + liquidationCaption(r, r.Tokens[token:token+1]),
		XLabel:  "Size of a jump against the token (%)", YLabel: "Keeper latency",
		Label: "probability of a liquidation within " + horizon + " (%)", Scale: plots.Percent,
	}
	for _, v := range r.Jumps {
		d.X = append(d.X, Short(100*v))
	}
	for l, v := range r.Latencies {
		d.Y = append(d.Y, param.FormatSeconds(v))
		var texts []string
		for _, e := range t.Cells[l] {
			text, _ := PercentProbability(e)
			texts = append(texts, text)
		}
		d.Texts = append(d.Texts, texts)
	}
	for _, e := range slices.Concat(riskCells(r.Tokens)...) {
		d.Span[1] = max(d.Span[1], e.Value)
	}
	if d.Span[1] == 0 { // nobody was ever liquidated
		d.Span[1] = t.Cells[0][0].Hi
	}
	return d
}

// riskCells are the rows of cells of tokens.
func riskCells(tokens []assess.LiquidationRisk) (rows [][]analytics.Estimate) {
	for _, t := range tokens {
		rows = append(rows, t.Cells...)
	}
	return rows
}

// liquidationCaption says how the cells of some of the map's tokens were made.
func liquidationCaption(r *assess.LiquidationMap, of []assess.LiquidationRisk) string {
	s := r.Tokens[0].Study.Spec()
	jumps := Short(r.JumpRate) + " jumps"
	if r.JumpRate == 1 {
		jumps = "one jump"
	}
	mean := r.JumpRate * r.Tokens[0].Study.Years()
	var b strings.Builder
	fmt.Fprintf(&b, "Price: geometric Brownian motion and on top of it %s expected a year, all of one size; "+
		"expected growth %s %% a year, jumps included. ", jumps, Short(100*r.Tokens[0].Value("mu")))
	fmt.Fprintf(&b, "It jumps at all within %s with probability 1 − exp(−%s) = %s %%: "+
		"the plateau where every jump liquidates. ", Duration(s.Horizon.Seconds()), Short(mean), Short3(100*r.Jumped))
	fmt.Fprintf(&b, "The keeper sees it in steps of %s, to which latencies round up. "+
		"A lifetime ends at its first liquidation.\n", Duration(s.Step.Seconds()))
	none, every := "", ""
	for _, e := range slices.Concat(riskCells(of)...) {
		switch text, _ := PercentProbability(e); e.Value {
		case 0:
			none = " “" + text + "”: on none of the paths; the number is the upper end of the interval, rounded up."
		case 1:
			every = " “" + text + "”: on all of them; the number is the lower end, rounded down."
		}
	}
	half, decimals := RoundUp(50*widest(riskCells(of)), 2)
	fmt.Fprintf(&b, "%s, with the same random numbers in every cell, so that errors are correlated; seed %d; "+
		"exact intervals of %g %%, whose half-widths are at most %s percentage points.%s%s",
		Count(s.Paths, "path"), s.Seed, 100*assess.Confidence, Fixed(half, decimals), none, every)
	if len(of) < len(r.Tokens) {
		b.WriteString(" One scale of colours for all tokens.")
	}
	return b.String()
}

// aboutToken says what a token is and when it is liquidated.
func aboutToken(t assess.TokenRef, source TokenSource) string {
	token, spec := t.Study.Token(t.Token), t.Study.Spec().Tokens[t.Token]
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %sx %s of volatility %s %% a year%s, by a ", token.Name, Short(token.Target),
		cmp.Or(source.Underlying, "the price"), Short3(100*t.Value("sigma")), inBrackets(source.SigmaFrom))
	b.WriteString(heldThrough(t, source))
	if l := math.Abs(token.LiquidationLeverage()); math.IsInf(l, 1) {
		b.WriteString(", not liquidated before it is worth nothing")
	} else {
		fmt.Fprintf(&b, ", liquidated at leverage %s", Short3(l))
	}
	if outside := edges(token.Awaits()); spec.Policy.Kind == "band" {
		assumed := ""
		if source.BandAssumed {
			assumed = " (not published, assumed)"
		}
		to := []string{"to the edge", "to the target", "part of the way back"}[int(t.Value("to"))]
		fmt.Fprintf(&b, "; band %s%s, traded %s", outside, assumed, to)
	} else if outside == missing {
		fmt.Fprintf(&b, "; policy %s", spec.Policy.Kind)
	} else {
		fmt.Fprintf(&b, "; policy %s, which watches leverage %s", spec.Policy.Kind, outside)
	}
	b.WriteString(". " + vault(t))
	return b.String()
}

// vault says how large a token's vault is.
func vault(t assess.TokenRef) string {
	token := t.Study.Token(t.Token)
	held, costs := Thousands(int(token.AUM))+" USD", ""
	if token.Cost.Gas > 0 {
		costs = fmt.Sprintf(" and pays %s USD of gas a trade", Short(token.Cost.Gas))
	}
	switch flows := []string{"steady", "none", "chase"}[int(t.Value("flows"))]; {
	case flows == "steady":
		return "Its vault is held at " + held + " by deposits and withdrawals" + costs + "."
	case flows == "chase":
		return "Its vault starts with " + held + costs + "; money follows its returns."
	case token.Closes():
		return fmt.Sprintf("Its vault starts with %s%s; there are no deposits or withdrawals, and below %s USD "+
			"it is closed.",
			held, costs, Thousands(int(token.Flows.CloseBelow)))
	case token.Cost.Gas > 0:
		return "Its vault starts with " + held + costs +
			", and there are no deposits or withdrawals: once shrunk to a few dollars " +
			"it no longer trades, and drifts into liquidation without any jump."
	}
	return "Its vault starts with " + held + ", and there are no deposits or withdrawals."
}

// heldThrough says how a token's leverage is held and what its venue asks.
func heldThrough(t assess.TokenRef, source TokenSource) string {
	kind := t.Study.Spec().Tokens[t.Token].Mechanism.Kind
	text := kind
	if kind == "perp" {
		text = "perpetual"
	}
	if source.Venue != "" {
		text += " on " + source.Venue
	}
	switch kind {
	case "loan":
		text += " of liquidation threshold " + Short(t.Value("liquidation-threshold"))
	case "perp":
		text += " of maintenance margin " + Short(100*t.Value("maintenance")) + " %"
		if fee := t.Value("close-fee"); fee > 0 {
			text += " and a closing fee of " + Short(100*fee) + " %"
		}
	}
	return text
}
