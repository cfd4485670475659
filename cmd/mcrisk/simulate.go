package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mcrisk/analytics"
	"mcrisk/models"
	"mcrisk/param"
	"mcrisk/plots"
	"mcrisk/rundir"
	"mcrisk/study"
	"mcrisk/tokens"
)

const confidence = 0.95

// outputFlags say what a command writes.
type outputFlags struct {
	out       string
	json      bool
	noFigures bool
	noSave    bool
}

func addOutputFlags(cmd *cobra.Command) *outputFlags {
	o := new(outputFlags)
	s := cmd.Flags()
	addFlag(s, &o.out, sectionOutput, "out", "directory", "", "run to write, which must not exist (default runs/NAME-TIME-HASH)")
	s.BoolVar(&o.json, "json", false, "print one JSON object instead of tables")
	s.BoolVar(&o.noFigures, "no-figures", false, "draw no figures")
	s.BoolVar(&o.noSave, "no-save", false, "write no run directory")
	return o
}

func newSimulate() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Simulate the lifetimes of a token and summarise them",
		Long: `simulate runs thousands of lifetimes of a token and prints what they come to:
final value, decay by its three names, drawdown, cost, probabilities of loss,
each with its 95 % interval. It writes a run directory with the spec, all
lifetimes, the summary and seven figures.`,
		Example: `  mcrisk simulate --token ETHBULL3X
  mcrisk simulate --token ETHBULL3X --band 2.8:3.2 --to target --fee 10bp
  mcrisk simulate --target 3 --band 2.8:3.2 --borrow 5% --sigma 0.6 --horizon 30d
  mcrisk simulate --token BTCBULL3X --model merton --jump-rate 10 --keeper-interval 5m --latency 30m
  mcrisk simulate --token ETHBULL3X --prices eth_usdt_perp_1h.csv --json --no-figures`,
		Args: noArgs,
	}
	f := addStudyFlags(cmd)
	o := addOutputFlags(cmd)
	var lifetimes string
	var printSpec, noControl bool
	var requires []string
	addFlag(cmd.Flags(), &lifetimes, sectionOutput, "lifetimes", "file", "", "CSV to write all lifetimes to as well, which must not exist")
	cmd.Flags().BoolVar(&printSpec, "print-spec", false, "print the study these flags describe as YAML, and run nothing")
	cmd.Flags().BoolVar(&noControl, "no-control", false, "do not correct estimates by what is known of the prices")
	cmd.Flags().StringArrayVar(&requires, "require", nil, "`bound` that must hold, such as 'p_liquidation<0.01', or exit with status 3; may be repeated")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		p, err := f.plan()
		if err != nil {
			return err
		}
		if p.spec.Marks == 0 {
			p.spec.Marks = study.MaxMarks
		}
		p.spec.Marks = min(p.spec.Marks, int(p.spec.Horizon/p.spec.Step))
		if printSpec {
			return rundir.WriteSpec(cmd.OutOrStdout(), p.spec)
		}
		rs, err := parseRequirements(requires)
		if err != nil {
			return err
		}
		if lifetimes != "" && len(p.spec.Tokens) > 1 {
			return badInput("--lifetimes with %d tokens; want one token, or the run directory, which has a file for each", len(p.spec.Tokens))
		}
		if err := fits(p.spec, 1, len(tokens.Columns)); err != nil {
			return err
		}
		return simulate(cmd, p, f.workers, o, lifetimes, noControl, rs)
	}
	return cmd
}

func noArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return badInput("argument %q; want flags only", args[0])
	}
	return nil
}

func simulate(cmd *cobra.Command, p *plan, workers int, o *outputFlags, lifetimes string, noControl bool, rs []requirement) error {
	ctx := cmd.Context()
	start := time.Now()
	dir, err := o.create(p)
	if err != nil {
		return err
	}
	defer dir.abort()
	var file *rundir.File
	if lifetimes != "" {
		if file, err = rundir.CreateFile(lifetimes); err != nil {
			return fmt.Errorf("--lifetimes: %w", existing(err))
		}
		defer file.Abort()
	}

	horizons := make([]*analytics.Horizons, len(p.spec.Tokens))
	count := func(c *study.Chunk) error {
		for t := range horizons {
			if horizons[t] == nil {
				var times []float64
				for _, mark := range c.Marks {
					times = append(times, models.Years(mark.Time))
				}
				horizons[t] = analytics.NewHorizons(times, p.spec.Tokens[t].Values["target"])
			}
			horizons[t].AddPaths(samples(c, t))
		}
		return nil
	}
	progress := newProgress(cmd.ErrOrStderr(), "lifetimes")
	ensembles, err := study.Ensembles(ctx, p.spec, study.Options{Workers: workers, Progress: progress.update}, nil, count)
	progress.done()
	if err != nil {
		return err
	}
	simulated := time.Since(start)
	hash := study.Hash(ensembles)
	summaries := summarise(p.spec, ensembles, !noControl)
	certain, err := withoutUncertainty(ctx, p.spec, workers)
	if err != nil {
		return err
	}
	causes := make([]analytics.Attribution, len(ensembles))
	for i := range ensembles {
		c := caseOf(p.spec, i, &ensembles[i], 0)
		if noControl {
			c.Known = nil
		}
		causes[i] = analytics.AttributeLog(c)
	}
	if dir != nil {
		if err := dir.study(summaries, ensembles, hash); err != nil {
			return err
		}
		for i, h := range horizons {
			if err := dir.horizons(p.spec.Tokens[i].Name, len(horizons), h); err != nil {
				return err
			}
		}
		if !o.noFigures {
			for i := range ensembles {
				src := &source{plan: p, token: i, ensemble: &ensembles[i], made: &summaries[i], horizons: tabulate(horizons[i].Rows(confidence))}
				figures, err := tokenFigures(ctx, src, workers)
				if err != nil {
					return err
				}
				prefix := ""
				if len(ensembles) > 1 {
					prefix = ensembles[i].Token.Name + "-"
				}
				if err := dir.figures(prefix, figures); err != nil {
					return err
				}
			}
		}
	}
	// Nothing takes its name before everything is written.
	if err := ctx.Err(); err != nil {
		return err
	}
	if file != nil {
		if err := file.Commit(func(w io.Writer) error { return rundir.WriteLifetimes(w, &ensembles[0]) }); err != nil {
			return fmt.Errorf("--lifetimes: %w", err)
		}
	}
	if dir != nil {
		if err := dir.commit(p, hash, workers, start); err != nil {
			return err
		}
	}
	out := cmd.OutOrStdout()
	if o.json {
		if err := writeJSON(out, hash, summaries, certain...); err != nil {
			return err
		}
	} else if err := writeWidening(out, summaries, certain); err != nil {
		return err
	} else if err := writeSummary(out, p, summaries, causes, hash, simulated, time.Since(start)); err != nil {
		return err
	}
	writeNotes(cmd, p.notes)
	dir.report(cmd)
	fmt.Fprintln(cmd.ErrOrStderr(), "next:", next(p))
	notes, err := require(rs, summaries)
	writeNotes(cmd, notes)
	return err
}

// next is the command that answers what a summary makes one ask: which band
// loses least, or else what happened on a path.
func next(p *plan) string {
	t := p.spec.Tokens[0]
	width := (t.Policy.Values["high"] - t.Policy.Values["low"]) / 2
	over := rundir.Over{Name: study.HalfWidth.Name, Values: fmt.Sprintf("%.2g:%.2g:%.2g", width/6, 2*width, width/6)}
	line := append([]string{"mcrisk", "sweep"}, p.flags...)
	if _, err := newGrid(p.spec, &rundir.Sweep{Over: []rundir.Over{over}}); err == nil {
		line = append(line, "--over", over.Name+"="+over.Values)
	} else {
		line[1] = "trace"
	}
	for i, word := range line {
		if strings.ContainsAny(word, " \t'\"$&|<>*?;()") {
			line[i] = strconv.Quote(word)
		}
	}
	return strings.Join(line, " ")
}

// samples are a chunk's marks as one token was at them.
func samples(c *study.Chunk, token int) (all []analytics.MarkSample) {
	for _, m := range c.Marks {
		all = append(all, analytics.MarkSample{NAV: m.NAV[token], Price: m.Price[c.Underlying[token]], Ideal: m.Ideal[token], Leverage: m.Leverage[token], Low: m.Low[token], High: m.High[token]})
	}
	return all
}

// runDir is a run directory being written; nil writes nothing.
type runDir struct{ *rundir.Dir }

func (o *outputFlags) create(p *plan) (*runDir, error) {
	if o.noSave {
		if o.out != "" {
			return nil, badInput("--out and --no-save; want one of them")
		}
		return nil, nil
	}
	path := o.out
	if path == "" {
		spec, err := p.yaml()
		if err != nil {
			return nil, err
		}
		name := strings.ReplaceAll(p.spec.Tokens[0].Name, " ", "-")
		path = filepath.Join("runs", name+"-"+time.Now().UTC().Format("20060102T150405Z")+"-"+rundir.Hash(spec)[:8])
	}
	d, err := rundir.Create(path)
	if err != nil {
		return nil, existing(err)
	}
	return &runDir{d}, nil
}

// existing is bad input if it says that a name is taken.
func existing(err error) error {
	if errors.Is(err, rundir.ErrExists) {
		return inputError{err}
	}
	return err
}

// report says where the run is.
func (d *runDir) report(cmd *cobra.Command) {
	if d != nil {
		fmt.Fprintln(cmd.ErrOrStderr(), "written:", d.Path)
	}
}

// writeNotes prints what the user should know beside the results.
func writeNotes(cmd *cobra.Command, notes []string) {
	for _, n := range notes {
		fmt.Fprintln(cmd.ErrOrStderr(), "note:", n)
	}
}

func (d *runDir) abort() {
	if d != nil {
		d.Abort()
	}
}

// study writes the summary and the lifetimes.
func (d *runDir) study(summaries []analytics.Summary, ensembles []tokens.Ensemble, hash string) error {
	if err := d.File("summary.json", func(w io.Writer) error { return writeJSON(w, hash, summaries) }); err != nil {
		return err
	}
	if err := d.File("summary.csv", func(w io.Writer) error { return writeSummaryCSV(w, summaries) }); err != nil {
		return err
	}
	for i := range ensembles {
		name := tokenFile("lifetimes", ensembles[i].Token.Name, len(ensembles))
		if err := d.File(name, func(w io.Writer) error { return rundir.WriteLifetimes(w, &ensembles[i]) }); err != nil {
			return err
		}
	}
	return nil
}

// horizons writes what the marks of a token say.
func (d *runDir) horizons(token string, of int, h *analytics.Horizons) error {
	if err := d.File(tokenFile("horizons", token, of), func(w io.Writer) error { return writeHorizons(w, h.Rows(confidence)) }); err != nil {
		return err
	}
	return d.File(tokenFile("histograms", token, of), func(w io.Writer) error { return writeHistograms(w, h) })
}

func (d *runDir) figures(prefix string, figures []namedFigure) error {
	for _, f := range figures {
		if err := d.File("figures/"+prefix+f.name+".png", f.WritePNG); err != nil {
			return err
		}
		if err := d.File("figures/"+prefix+f.name+".svg", f.WriteSVG); err != nil {
			return err
		}
	}
	return nil
}

// commit writes the spec and the manifest and gives the run its name. Plans run
// beside p, each on another underlying, have a spec of that name.
func (d *runDir) commit(p *plan, hash string, workers int, start time.Time, beside ...*plan) error {
	spec, err := p.yaml()
	if err != nil {
		return err
	}
	err = d.File("spec.yaml", func(w io.Writer) error {
		_, err := w.Write(spec)
		return err
	})
	if err != nil {
		return err
	}
	settings := p.settings()
	for _, q := range beside {
		spec, err := q.yaml()
		if err != nil {
			return err
		}
		err = d.File("spec-"+q.underlying+".yaml", func(w io.Writer) error {
			_, err := w.Write(spec)
			return err
		})
		if err != nil {
			return err
		}
		for _, s := range q.settings() {
			s.Name = q.underlying + ": " + s.Name
			settings = append(settings, s)
		}
	}
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	return d.Commit(rundir.Manifest{
		Command: p.command, SpecHash: rundir.Hash(spec), ResultsHash: hash, Seed: p.spec.Seed, Paths: p.spec.Paths,
		Workers: workers, Start: start.UTC(), End: time.Now().UTC(), Settings: settings, Inputs: p.inputs,
	})
}

type namedFigure struct {
	name string
	*plots.Figure
}

// jsonEstimate is an estimate with null for what does not exist.
type jsonEstimate struct {
	Estimate          *float64 `json:"estimate"`
	SE                *float64 `json:"se"`
	Lo                *float64 `json:"lo"`
	Hi                *float64 `json:"hi"`
	N                 int      `json:"n"`
	Interval          string   `json:"interval"`
	VarianceReduction *float64 `json:"variance_reduction,omitempty"`
	Warning           string   `json:"warning,omitempty"`
}

func finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}

func toJSON(e analytics.Estimate) jsonEstimate {
	j := jsonEstimate{finite(e.Value), finite(e.SE), finite(e.Lo), finite(e.Hi), e.N, string(e.Method), nil, string(e.Warning)}
	if e.VarianceReduction > 0 {
		j.VarianceReduction = finite(e.VarianceReduction)
	}
	return j
}

// With summaries of the same study without parameter uncertainty, they stand
// beside it.
func writeJSON(w io.Writer, hash string, summaries []analytics.Summary, certain ...analytics.Summary) error {
	type quantile struct {
		Estimate *float64 `json:"estimate"`
		Lo       *float64 `json:"lo"`
		Hi       *float64 `json:"hi"`
	}
	type token struct {
		Name      string                         `json:"name"`
		Metrics   map[string]jsonEstimate        `json:"metrics"`
		Quantiles map[string]map[string]quantile `json:"quantiles"`
	}
	all := struct {
		ResultsHash string  `json:"results_hash"`
		Confidence  float64 `json:"confidence"`
		Tokens      []token `json:"tokens"`
		Certain     []token `json:"without_parameter_uncertainty,omitempty"`
	}{ResultsHash: hash, Confidence: confidence}
	of := func(s analytics.Summary) token {
		t := token{s.Token, map[string]jsonEstimate{}, map[string]map[string]quantile{"nav": {}}}
		for _, m := range s.Metrics {
			t.Metrics[m.Name] = toJSON(m.Estimate)
		}
		for _, q := range s.Quantiles {
			t.Quantiles["nav"][strconv.FormatFloat(q.P, 'g', -1, 64)] = quantile{finite(q.Value), finite(q.Lo), finite(q.Hi)}
		}
		return t
	}
	for _, s := range summaries {
		all.Tokens = append(all.Tokens, of(s))
	}
	for _, s := range certain {
		all.Certain = append(all.Certain, of(s))
	}
	return encodeJSON(w, all)
}

func encodeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// captionBut is caption without what axes say.
func captionBut(p *plan, axes []study.Axis) string {
	but := *p
	but.spec.Model.Values = maps.Clone(p.spec.Model.Values)
	for _, a := range axes {
		delete(but.spec.Model.Values, a.Name)
		if a.Name == study.ModelAxis {
			but.spec.Model = param.Part{Kind: "as the axis says"}
		}
	}
	return caption(&but, p.spec.Paths)
}

// caption says how the numbers of a figure were made.
func caption(p *plan, n int) string {
	model := p.spec.Model
	var b strings.Builder
	fmt.Fprintf(&b, "%s paths of %s in steps of %s, seed %d; model %s", thousands(n), param.FormatSeconds(p.spec.Horizon.Seconds()),
		param.FormatSeconds(p.spec.Step.Seconds()), p.spec.Seed, model.Kind)
	for _, name := range param.SortedNames(model.Values) {
		fmt.Fprintf(&b, ", %s %s", name, short(model.Values[name]))
	}
	fmt.Fprintf(&b, "; intervals of %g %%.", 100*confidence)
	return b.String()
}
