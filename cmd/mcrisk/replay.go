package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/rundir"
	"mcrisk/study"
	"mcrisk/tokens"
)

func newReplay() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "replay FILE",
		Short: "Run a token through a price history, with keepers that are prompt or late",
		Long: `replay runs a token through the bars of a price history, which it reads as
calibrate does, once for each latency of its keeper, and prints what became of
it: an answer to "what would have happened on 12 March 2020?".

Inside a bar the price goes from the open over the nearer extreme and the
farther one to the close; with --closes it is seen at closes only. Where bars
are missing it stands still, and jumps to the next open. The token starts at its
target at the first open. Its rates, funding and costs are the same all the time.
Nothing is estimated, so there are no intervals. Last prices of a perpetual have
spikes that no oracle saw: for a loan prefer prices of the spot market.`,
		Example: `  mcrisk replay btc_usdt_spot_1h.csv --token BTCBULL3X --since 2020-03-11 --until 2020-03-15
  mcrisk replay eth_usd_1d.csv --token ETHBULL3X --latencies 0 --closes --json`,
		Args: oneFile,
	}
	f := addStudyFlags(cmd)
	var cut part
	var latencies string
	var closes, asJSON, asCSV bool
	addFlag(cmd.Flags(), &latencies, sectionKeeper, "latencies", "durations", "0,1m,5m,30m,1h", "of the keeper, one for each row")
	cut.addFlags(cmd, sectionStudy)
	cmd.Flags().BoolVar(&closes, "closes", false, "see closes only, not what lies between them")
	inSection(cmd.Flags(), sectionStudy, "closes")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object instead of a table")
	cmd.Flags().BoolVar(&asCSV, "csv", false, "print every number of each lifetime as CSV")
	// A history has its own prices and no chance in it.
	drawn := map[string]bool{"latency": true, "outage-rate": true, "outage-length": true}
	cmd.Flags().VisitAll(func(g *pflag.Flag) {
		s := g.Annotations[sectionKey]
		if len(s) > 0 && (s[0] == sectionModel || s[0] == sectionStudy) && !slices.Contains([]string{"since", "until", "closes"}, g.Name) {
			drawn[g.Name] = true
		}
		g.Hidden = drawn[g.Name]
	})
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		as, err := oneForm(asJSON, asCSV, false)
		if err != nil {
			return err
		}
		for name := range drawn {
			if f.given(name) {
				return badInput("--%s with a price history; see mcrisk replay --help for what it takes", name)
			}
		}
		f.anyTime = true
		p, err := f.plan()
		if err != nil {
			return err
		}
		h, hash, err := cut.read(args[0])
		if err != nil {
			return err
		}
		r, err := replay(p, h, latencies, closes)
		if err != nil {
			return inputError{err}
		}
		out := cmd.OutOrStdout()
		switch as {
		case formJSON:
			err = r.writeJSON(out, hash)
		case formCSV:
			err = r.writeCSV(out)
		default:
			r.writeTable(out)
			fmt.Fprintln(out)
			writeSettings(out, slices.DeleteFunc(p.settings(), func(s rundir.Setting) bool { return drawn[s.Name] }))
		}
		if closes {
			p.note("at closes only, looks and trades come at the end of a bar: latencies are rounded up to whole bars of %s", param.FormatSeconds(h.Step.Seconds()))
		} else if slices.ContainsFunc(r.lives, func(l replayedLife) bool { return l.latency > 0 && l.latency < h.Step }) {
			p.note("latencies shorter than a bar of %s rest on the order of prices assumed inside a bar", param.FormatSeconds(h.Step.Seconds()))
		}
		writeNotes(cmd, p.notes)
		return err
	}
	return cmd
}

// A replayedLife is a token's with a keeper of some latency.
type replayedLife struct {
	token   string
	latency time.Duration
	tokens.Lifetime
}

// A replayedHistory is what a history did to tokens; the first of its lives is
// that of the underlying itself.
type replayedHistory struct {
	*paths.History
	closes bool
	lives  []replayedLife
}

func replay(p *plan, h *paths.History, latencies string, closes bool) (*replayedHistory, error) {
	r := &replayedHistory{h, closes, []replayedLife{{token: "underlying"}}}
	var all []tokens.Token
	values, err := parseList(latencyParam, latencies)
	if err != nil {
		return nil, fmt.Errorf("--latencies: %w", err)
	}
	for _, v := range values {
		spec, err := p.spec.With("latency", v)
		if err != nil {
			return nil, fmt.Errorf("--latencies: %w", err)
		}
		for _, t := range spec.Tokens {
			token, err := t.Build()
			if err != nil {
				return nil, err
			}
			all = append(all, token)
			r.lives = append(r.lives, replayedLife{token: t.Name, latency: token.Keeper.Latency})
		}
	}
	did, err := study.Replay(all, h, closes)
	if err != nil {
		return nil, err
	}
	for i, life := range append([]tokens.Lifetime{did.Held}, did.Lives...) {
		r.lives[i].Lifetime = life
	}
	return r, nil
}

// when says when a lifetime was first liquidated.
func (r *replayedHistory) when(life replayedLife) string {
	if math.IsNaN(life.FirstLiquidation) {
		return "–"
	}
	return r.Bars[0].Start.Add(tokens.Duration(life.FirstLiquidation * 365 * 86400)).Format(minuteFormat)
}

func (r *replayedHistory) end() time.Time { return r.Bars[len(r.Bars)-1].Start.Add(r.Step) }

func (r *replayedHistory) writeTable(w io.Writer) {
	seen := "with what lies between open and close"
	if r.closes {
		seen = "closes only"
	}
	start := r.Bars[0].Start
	fmt.Fprintf(w, "%s: %s bars of %s, %s to %s (%d missing), %s\nNet asset values are in those at the start.\n\n", r.Name, thousands(len(r.Bars)), param.FormatSeconds(r.Step.Seconds()),
		start.Format(minuteFormat), r.end().Format(minuteFormat), int(r.end().Sub(start)/r.Step)-len(r.Bars), seen)
	t := newTable(w)
	t.AppendHeader(table.Row{"token", "latency", "final NAV", "lowest NAV", "deepest fall", "trades", "greatest leverage", "least health", "liquidations", "first liquidation"})
	for i, l := range r.lives {
		latency := param.FormatSeconds(l.latency.Seconds())
		if i == 0 {
			latency = "–"
		}
		t.AppendRow(table.Row{l.token, latency, short(l.NAV), short(l.MinNAV), short(100*l.Drawdown.Depth) + " %", l.Rebalances, short(l.MaxLeverage), short(l.Health), l.Liquidations, r.when(l)})
	}
	t.Render()
}

func (r *replayedHistory) writeCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	head := []string{"token", "latency_seconds"}
	for _, c := range tokens.Columns {
		head = append(head, c.Name)
	}
	_ = out.Write(head)
	for _, l := range r.lives {
		row := []string{l.token, numberText(l.latency.Seconds())}
		for _, c := range tokens.Columns {
			row = append(row, numberText(c.Of(&l.Lifetime)))
		}
		_ = out.Write(row)
	}
	out.Flush()
	return out.Error()
}

func (r *replayedHistory) writeJSON(w io.Writer, hash string) error {
	type life struct {
		Token   string              `json:"token"`
		Latency float64             `json:"latency_seconds"`
		Values  map[string]*float64 `json:"values"`
	}
	all := struct {
		SHA256 string    `json:"sha256"`
		Bars   int       `json:"bars"`
		Step   float64   `json:"step_seconds"`
		From   time.Time `json:"from"`
		To     time.Time `json:"to"`
		Closes bool      `json:"closes_only"`
		Lives  []life    `json:"lives"`
	}{hash, len(r.Bars), r.Step.Seconds(), r.Bars[0].Start, r.end(), r.closes, nil}
	for _, l := range r.lives {
		values := map[string]*float64{}
		for _, c := range tokens.Columns {
			values[c.Name] = finite(c.Of(&l.Lifetime))
		}
		all.Lives = append(all.Lives, life{l.token, l.latency.Seconds(), values})
	}
	return encodeJSON(w, all)
}
