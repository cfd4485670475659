package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"mcrisk/analytics"
	"mcrisk/param"
	"mcrisk/plots"
	"mcrisk/runs"
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
live on the same diffusion and the same jump times. It draws a heat map for
each token. Prices are seen at the end of each step, to which latencies round
up: use a step no longer than the shortest of them.`,
		Example: `  mcrisk liquidation --tokens BTCBULL3X,ETHBULL3X,hyperliquid-btc3x --step 15m --paths 1000`,
		Args:    noArgs,
	}
	f := addStudyFlags(cmd)
	o := addOutputFlags(cmd)
	var list, latencies, jumps string
	addFlag(cmd.Flags(), &list, sectionToken, "tokens", "names", "", "tokens of the catalogue")
	addFlag(cmd.Flags(), &latencies, sectionKeeper, "latencies", "durations", "0,15m,1h,4h,12h,1d", "of the keeper, one for each row")
	addFlag(cmd.Flags(), &jumps, sectionModel, "jumps", "fractions", "0,5%,10%,15%,20%,25%,30%,35%", "by which the price moves against the token at each jump, one for each column")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		f.tokens = slices.DeleteFunc(strings.Split(list, ","), func(name string) bool { return name == "" })
		if f.token != "" || f.spec != "" || f.model != "" || len(f.tokens) == 0 {
			return badInput("liquidation takes --tokens and its own model, geometric Brownian motion with jumps of one size; want --tokens, without --token, --spec and --model")
		}
		f.model = "merton"
		p, err := f.plan()
		if err != nil {
			return err
		}
		m := liquidationMap{}
		if m.latencies, err = parseList(latencyParam, latencies); err != nil {
			return badInput("--latencies: %w", err)
		}
		if m.jumps, err = parseList(param.Param{Name: "jump", Unit: param.Fraction, Min: 0, Max: 0.99}, jumps); err != nil {
			return badInput("--jumps: %w", err)
		}
		for _, name := range []string{"jump-mean", "jump-sd", "latency"} {
			if f.given(name) {
				return badInput("--%s is what the map varies; want --jumps and --latencies", name)
			}
		}
		if !f.given("jump-rate") {
			if p.spec, err = p.spec.With("jump-rate", 1); err != nil {
				return err
			}
			p.origins["jump-rate"] = "one a year"
		}
		if err := fits(p.spec, len(m.latencies), 1); err != nil {
			return err
		}
		return m.run(cmd, p, f.workers, o)
	}
	return cmd
}

var latencyParam = func() param.Param {
	i := slices.IndexFunc(tokens.Params, func(p param.Param) bool { return p.Name == "latency" })
	return tokens.Params[i]
}()

// parseList reads values separated by commas.
func parseList(p param.Param, text string) ([]float64, error) {
	var vs []float64
	for item := range strings.SplitSeq(text, ",") {
		v, err := p.Parse(item)
		if err != nil {
			return nil, err
		}
		vs = append(vs, v)
	}
	if slices.Sort(vs); len(slices.Compact(slices.Clone(vs))) != len(vs) {
		return nil, fmt.Errorf("%q names a value twice", text)
	}
	return vs, nil
}

// A liquidationMap is the probability of a liquidation for each token, latency
// and jump.
type liquidationMap struct {
	latencies []float64 // seconds
	jumps     []float64 // fractions of the price, against the token
	names     []string
	cells     [][][]analytics.Estimate // by token, latency, jump
}

func (m *liquidationMap) run(cmd *cobra.Command, p *plan, workers int, o *outputFlags) error {
	start := time.Now()
	dir, err := o.create(p)
	if err != nil {
		return err
	}
	defer dir.abort()
	hash, err := m.fill(cmd.Context(), p.spec, workers)
	if err != nil {
		return err
	}
	if dir != nil {
		if err := dir.File("liquidation.csv", m.writeCSV); err != nil {
			return err
		}
		if !o.noFigures {
			for t := range m.names {
				figure, err := m.figure(p, t)
				if err != nil {
					return err
				}
				if err := dir.figures(m.names[t]+"-", []namedFigure{{"liquidation", figure}}); err != nil {
					return err
				}
			}
		}
		if err := dir.commit(p, hash, workers, start); err != nil {
			return err
		}
	}
	if o.json {
		err = m.writeJSON(cmd.OutOrStdout(), hash)
	} else {
		err = m.write(cmd.OutOrStdout(), p, hash)
	}
	writeNotes(cmd, p.notes)
	dir.report(cmd)
	return err
}

// fill runs a study for each jump, of every token with every latency. A short
// token is jumped against upwards.
func (m *liquidationMap) fill(ctx context.Context, spec study.Spec, workers int) (hash string, err error) {
	for _, t := range spec.Tokens {
		m.names = append(m.names, t.Name)
		cells := make([][]analytics.Estimate, len(m.latencies))
		for i := range cells {
			cells[i] = make([]analytics.Estimate, len(m.jumps))
		}
		m.cells = append(m.cells, cells)
	}
	var all []tokens.Ensemble
	for _, sign := range []float64{1, -1} {
		var of []int // tokens
		joint := spec
		joint.Tokens = nil
		for i, t := range spec.Tokens {
			if t.Values["target"]*sign < 0 {
				continue
			}
			of = append(of, i)
			for _, latency := range m.latencies {
				u := t
				u.Name = fmt.Sprintf("%s/%v", t.Name, latency)
				u.Values = maps.Clone(t.Values)
				u.Values["latency"], u.Values["after-liquidation"] = latency, float64(tokens.Stop)
				joint.Tokens = append(joint.Tokens, u)
			}
		}
		if len(of) == 0 {
			continue
		}
		for j, jump := range m.jumps {
			s := joint
			s.Model.Values = maps.Clone(spec.Model.Values)
			s.Model.Values["jump-mean"], s.Model.Values["jump-sd"] = math.Log1p(-sign*jump), 0
			ensembles, err := study.Ensembles(ctx, s, study.Options{Workers: workers}, []string{"liquidations"})
			if err != nil {
				return "", err
			}
			all = append(all, ensembles...)
			for e := range ensembles {
				k := 0
				for _, v := range ensembles[e].Column("liquidations") {
					if v > 0 {
						k++
					}
				}
				m.cells[of[e/len(m.latencies)]][e%len(m.latencies)][j] = analytics.Proportion(k, ensembles[e].N, confidence)
			}
		}
	}
	return study.Hash(all), nil
}

func (m *liquidationMap) figure(p *plan, token int) (*plots.Figure, error) {
	data := plots.HeatMapData{
		Title: m.names[token] + ": probability of a liquidation within " + param.FormatSeconds(p.spec.Horizon.Seconds()), Caption: m.caption(p),
		XLabel: "Size of a jump against the token (%)", YLabel: "Keeper latency", Label: "Probability (%)", Scale: plots.Percent,
	}
	for _, v := range m.jumps {
		data.X = append(data.X, short(100*v))
	}
	for i, v := range m.latencies {
		data.Y = append(data.Y, param.FormatSeconds(v))
		var row []float64
		for _, e := range m.cells[token][i] {
			row = append(row, e.Value)
		}
		data.Values = append(data.Values, row)
	}
	return plots.HeatMap(data)
}

// caption says how the cells were made.
func (m *liquidationMap) caption(p *plan) string {
	v := p.spec.Model.Values
	return fmt.Sprintf("%s paths a cell in steps of %s, seed %d; geometric Brownian motion of volatility %s with %s jumps a year, all of one size; expected growth %s.",
		thousands(p.spec.Paths), param.FormatSeconds(p.spec.Step.Seconds()), p.spec.Seed, short(v["sigma"]), short(v["jump-rate"]), short(v["mu"]))
}

func (m *liquidationMap) write(w io.Writer, p *plan, hash string) error {
	fmt.Fprintf(w, "%s\nProbability of at least one liquidation within %s, with intervals of %g %%.\n\n", m.caption(p), param.FormatSeconds(p.spec.Horizon.Seconds()), 100*confidence)
	t := newTable(w)
	head := table.Row{"token", "latency"}
	for _, v := range m.jumps {
		head = append(head, "jump "+short(100*v)+" %")
	}
	t.AppendHeader(head)
	for i, name := range m.names {
		for l, latency := range m.latencies {
			row := table.Row{name, param.FormatSeconds(latency)}
			for _, e := range m.cells[i][l] {
				row = append(row, fmt.Sprintf("%.3f (%.3f to %.3f)", e.Value, e.Lo, e.Hi))
			}
			t.AppendRow(row)
		}
	}
	t.Render()
	_, err := fmt.Fprintf(w, "\nresults_hash %s\n", hash)
	return err
}

func (m *liquidationMap) writeCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"token", "latency_seconds", "jump", "probability", "lo", "hi", "n"})
	f := func(v float64) string { return string(runs.AppendFloat(nil, v)) }
	for i, name := range m.names {
		for l, latency := range m.latencies {
			for j, e := range m.cells[i][l] {
				_ = out.Write([]string{name, f(latency), f(m.jumps[j]), f(e.Value), f(e.Lo), f(e.Hi), strconv.Itoa(e.N)})
			}
		}
	}
	out.Flush()
	return out.Error()
}

func (m *liquidationMap) writeJSON(w io.Writer, hash string) error {
	type cell struct {
		Token   string       `json:"token"`
		Latency float64      `json:"latency_seconds"`
		Jump    float64      `json:"jump"`
		P       jsonEstimate `json:"probability"`
	}
	all := struct {
		ResultsHash string `json:"results_hash"`
		Cells       []cell `json:"cells"`
	}{ResultsHash: hash}
	for i, name := range m.names {
		for l, latency := range m.latencies {
			for j, e := range m.cells[i][l] {
				all.Cells = append(all.Cells, cell{name, latency, m.jumps[j], toJSON(e)})
			}
		}
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(all)
}
