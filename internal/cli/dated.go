package cli

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"mcrisk/rundir"
	"mcrisk/study"
)

// DatedOptions say what of tokens changes with the dates of a history, besides series.
type DatedOptions struct {
	From []string // DATE:NAME=VALUE
	Gaps string   // what happens where a series does not reach
}

// Bind adds the flags to a command that replays a history.
func (o *DatedOptions) Bind(cmd *cobra.Command) {
	s := cmd.Flags()
	s.StringArrayVar(&o.From, "from", nil,
		"`DATE:NAME=VALUE`, a number of the token from a day or time on, UTC; repeatable")
	InSection(s, SectionToken, "from")
	o.BindGaps(cmd)
}

// BindGaps adds the flag of series.
func (o *DatedOptions) BindGaps(cmd *cobra.Command) {
	s := cmd.Flags()
	Text(s, &o.Gaps, SectionCosts, "series-gaps", "hold", "",
		"hold: the first and last value of a dated series hold where it does not reach; else that is an error")
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
	s, err := study.ParseSeries(strings.TrimPrefix(text, "@"))
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
	sums, err := rundir.LoadSeries(p.Session.Ctx, &p.spec)
	maps.Copy(p.Inputs, sums)
	return errors.Join(append(faults, err)...)
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
