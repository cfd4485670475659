package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/paths"
	"mcrisk/report"
	"mcrisk/study"
)

// ReplayOptions say what a replay sees of its history, and what it is compared with.
type ReplayOptions struct {
	Latencies, Against, Index, Room, Window string
	Closes                                  bool

	file *FileOptions // how files of prices are read
}

// Bind adds the flags to a command that reads its history with such options.
func (o *ReplayOptions) Bind(cmd *cobra.Command, file *FileOptions) {
	o.file = file
	s := cmd.Flags()
	Text(s, &o.Latencies, SectionKeeper, "latencies", "durations", "0,1m,5m,30m,1h",
		"latencies of the keeper, one for each row")
	s.BoolVar(&o.Closes, "closes", false, "see closes only")
	InSection(s, SectionStudy, "closes")
	Text(s, &o.Against, SectionStudy, "against", "file[:column]", "",
		"prices of what really traded, whose closes the token is compared with; [?KEY=VALUE] picks rows")
	Text(s, &o.Index, SectionStudy, "index", "file[:column]", "",
		"prices of an index, as the spot market's: those replayed are capped to its range, bar by bar")
	Text(s, &o.Room, SectionStudy, "index-room", "fraction", "0.5%",
		"how far outside the index's range of a bar prices may be")
	var names []string
	for _, w := range assess.StressWindows {
		names = append(names, w.Name)
	}
	Text(s, &o.Window, SectionStudy, "window", "name", "",
		"replay a named window of the history, or all as one table: "+strings.Join(names, ", "))
}

// Read makes the options of a replay, whose files and their SHA-256 are added to the inputs.
func (o *ReplayOptions) Read(session *Session, inputs map[string]string) (a assess.ReplayOptions, err error) {
	a.Closes = o.Closes
	var faults []error
	if a.Latencies, err = ParseWaits("--latencies", o.Latencies); err != nil {
		faults = append(faults, err)
	}
	if a.Room, err = (param.Param{Name: "--index-room", Unit: param.Fraction, Max: 0.99}).Parse(o.Room); err != nil {
		faults = append(faults, AsInput(err))
	}
	for _, f := range []struct {
		flag, text string
		into       **paths.History
	}{{"--against", o.Against, &a.Traded}, {"--index", o.Index, &a.Index}} {
		if f.text == "" {
			continue
		}
		var sum, file string
		if *f.into, file, sum, err = o.file.pick(session, f.text); err != nil {
			faults = append(faults, AsInput(fmt.Errorf("%s: %w", f.flag, err)))
		}
		inputs[file] = sum
	}
	return a, errors.Join(faults...)
}

// pick reads FILE[:COLUMN][?KEY=VALUE] of prices, with the zone and the stamps of these options.
func (o *FileOptions) pick(session *Session, text string) (h *paths.History, file, sum string, err error) {
	s, err := study.ParseSeries(text)
	if err != nil {
		return nil, "", "", err
	}
	with, err := o.options()
	if err != nil {
		return nil, "", "", err
	}
	with.Column, with.Where = s.Column, s.Where
	h, sum, err = readPrices(session, s.File, with)
	return h, s.File, sum, err
}

// ResolveOn makes a study on the grid of a history, from its first open to its last close. Late are names of
// settings that have no effect there, which a note says.
func (o *StudyOptions) ResolveOn(session *Session, h *paths.History, dated *DatedOptions, several bool,
) (r *Resolved, late []string, err error) {
	// With several nothing is drawn from the model.
	d := Demand{AnyTime: true, Dated: dated, Textbook: several, Amend: func(s *study.Spec, _ *Resolved) error {
		s.Horizon, s.Step, s.Marks = h.Span(), h.Step, 0
		return nil
	}}
	if one := *o; several && strings.Contains(o.Token, ",") {
		for name := range strings.SplitSeq(o.Token, ",") {
			d.Tokens = append(d.Tokens, strings.TrimSpace(name))
		}
		one.Token = ""
		o = &one
	}
	if r, err = o.Resolve(session, d); err != nil {
		return nil, nil, err
	}
	last := h.Bars[len(h.Bars)-1].Start
	late = r.Study.Late(last)
	for _, name := range late {
		r.Note("%s has no effect: the last bar begins at %s", name, report.Minute(last))
	}
	return r, late, nil
}
