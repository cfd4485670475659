package cli

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/report"
	"mcrisk/rundir"
	"mcrisk/study"
)

// DatedOptions say what of tokens changes with the dates of a history, besides series.
type DatedOptions struct {
	From []string // DATE:NAME=VALUE
	Gaps string   // what happens where a series does not reach
}

// Bind adds the flags to a command.
func (o *DatedOptions) Bind(cmd *cobra.Command) {
	s := cmd.Flags()
	s.StringArrayVar(&o.From, "from", nil,
		"`DATE:NAME=VALUE`, a number of the token from a day or time on, UTC; repeatable; of prices drawn from a "+
			"history only a rate, gas or impact, in the bars from then on")
	InSection(s, SectionToken, "from")
	Text(s, &o.Gaps, SectionCosts, "series-gaps", "hold", "",
		"hold: the first and last value of a dated series, --borrow @FILE[:COLUMN][?KEY=VALUE] or another rate, "+
			"--gas or --impact, hold where it does not reach; else that is an error")
}

// series sets a number to a dated series.
func (p *resolving) series(name, text string) error {
	if !study.CanBeSeries(name) {
		return fmt.Errorf("%s = %s is a dated series; want a number: "+
			"rates of a mechanism, gas and impact can be series", name, text)
	}
	if _, err := p.spec.Param(name); err != nil {
		return err
	}
	text = strings.TrimPrefix(text, "@")
	s, err := study.ParseSeries(text)
	if !isFile(s.File) && isFile(text) {
		return fmt.Errorf("%s = @%s: a file of that name exists, but : begins a column and ? picks rows; "+
			"want a file with neither in its name, or a spec that names it: %s: {series: %q}", name, text, name, text)
	}
	if err != nil {
		return fmt.Errorf("%s = %w", name, err)
	}
	p.spec.Tokens = slices.Clone(p.spec.Tokens)
	for i := range p.spec.Tokens {
		t := &p.spec.Tokens[i]
		if _, ok := t.Value(name); ok {
			t.Series = maps.Clone(t.Series)
			if t.Series == nil {
				t.Series = map[string]study.Series{}
			}
			t.Series[name] = s
		}
	}
	return nil
}

func isFile(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}

// dated applies what changes with dates, and reads the files of series.
func (p *resolving) dated() error {
	o := p.demand.Dated
	if o == nil { // an error that names it, from the study, comes without the files
		for _, t := range p.spec.Tokens {
			if err := t.Constant(); err != nil {
				return err
			}
		}
		return nil
	}
	var faults []error
	for _, text := range o.From {
		if err := p.change(text); err != nil {
			faults = append(faults, fmt.Errorf("--from = %q: %w", text, err))
		}
	}
	if o.Gaps != "" {
		if o.Gaps != "hold" {
			faults = append(faults, fmt.Errorf("--series-gaps = %q; want hold", o.Gaps))
		}
		p.spec.Tokens = slices.Clone(p.spec.Tokens)
		for i := range p.spec.Tokens {
			t := &p.spec.Tokens[i]
			t.Series = maps.Clone(t.Series)
			for name, s := range t.Series {
				s.Hold = true
				t.Series[name] = s
			}
		}
	}
	p.zone()
	sums, err := p.loadSeries()
	maps.Copy(p.Inputs, sums)
	if faults = append(faults, err); err == nil {
		faults = append(faults, p.seriesRates())
	}
	return errors.Join(faults...)
}

// zone gives --zone to the series that have none of their own.
func (p *resolving) zone() {
	if p.File.Zone == "" {
		return
	}
	p.spec.Tokens = slices.Clone(p.spec.Tokens)
	for i := range p.spec.Tokens {
		t := &p.spec.Tokens[i]
		t.Series = maps.Clone(t.Series)
		for name, s := range t.Series {
			if s.Zone == "" {
				s.Zone = p.File.Zone
				t.Series[name] = s
			}
		}
	}
}

// loadSeries reads the files of series within the memory that files of prices have.
func (p *resolving) loadSeries() (map[string]string, error) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(pricesMemory))
	return rundir.LoadSeries(p.Session.Ctx, &p.spec)
}

// seriesRates notes what was assumed of series, and asks whether their rates are percents, as
// [tooHigh] does of numbers: of a series most must be too high, as funding has spikes.
func (p *resolving) seriesRates() error {
	var faults []error
	note := func(format string, args ...any) { // tokens may share a series
		if text := fmt.Sprintf(format, args...); !slices.Contains(p.Notes, text) {
			p.Notes = append(p.Notes, text)
		}
	}
	for _, t := range p.spec.Tokens {
		for _, name := range slices.Sorted(maps.Keys(t.Series)) {
			s := t.Series[name]
			for _, n := range s.Notes {
				note("%s: %s: %s", name, s.File, n.Text)
			}
			if q, err := study.TokenParam(name); err != nil || q.Unit != param.Rate {
				continue
			}
			switch median, largest := s.Annual(); {
			case median > mostRate && !p.StudyOptions.Force:
				faults = append(faults, fmt.Errorf("%s: %s: half of %s are %s %% a year or more; "+
					"want fractions, such as 0.05 for 5 %%, or --force if that is meant",
					name, s.File, s.Rates.Column, report.Short(100*median)))
			case largest > mostRate:
				note("%s: %s: %s is up to %s %% a year", name, s.File, s.Rates.Column, report.Short(100*largest))
			}
		}
	}
	return errors.Join(faults...)
}

// SeriesNotes say where series have long gaps in the time of a history, in which a rate is held
// or nothing is paid.
func SeriesNotes(s study.Spec, h *paths.History) (notes []string) {
	const much = 3 // times the usual spacing
	start := h.Bars[0].Start
	for _, t := range s.Tokens {
		for _, name := range slices.Sorted(maps.Keys(t.Series)) {
			r := t.Series[name]
			gap, from := r.Widest(start, start.Add(h.Span()))
			if gap == 0 || gap < much*r.Spacing() {
				continue
			}
			what := "the rate before it holds in it"
			if r.Whole {
				what = "nothing is paid in it"
			}
			note := fmt.Sprintf("%s: %s has a gap of %s from %s; %s", name, r.File,
				param.FormatSeconds(gap.Seconds()), from.Format(time.RFC3339), what)
			if !slices.Contains(notes, note) {
				notes = append(notes, note)
			}
		}
	}
	return notes
}

// change reads DATE:NAME=VALUE, in which a time has colons of its own.
func (p *resolving) change(text string) error {
	left, value, ok := strings.Cut(text, "=")
	i := strings.LastIndexByte(left, ':')
	if !ok || i < 0 {
		return errors.New("want DATE:NAME=VALUE, as in 2021-03-01:target=2")
	}
	at, err := rundir.ParseInstant(left[:i])
	if err != nil {
		return err
	}
	name := left[i+1:]
	q, err := study.Spec{Tokens: p.spec.Tokens}.Param(name)
	if err != nil {
		if _, ofModel := p.spec.Param(name); ofModel == nil {
			return fmt.Errorf("%s is no number of a token; want one of the token, its policy or its mechanism", name)
		}
		return err
	}
	v, err := q.Parse(value)
	if err == nil && !p.StudyOptions.Force {
		err = tooHigh(q, value, v)
	}
	if err != nil {
		return err
	}
	p.spec.Tokens = slices.Clone(p.spec.Tokens)
	for i := range p.spec.Tokens {
		t := &p.spec.Tokens[i]
		if _, has := t.Value(name); has {
			t.Changes = append(slices.Clone(t.Changes), study.Change{At: at, Name: name, Value: v})
		}
	}
	p.Origins["from"] = "given"
	return nil
}
