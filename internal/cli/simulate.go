package cli

import (
	"fmt"
	"strings"

	"mcrisk/study"
)

// WithMarks has the paths seen at as many times as can be, unless the spec says how
// many; of a spec made for a longer horizon that may be more than there are steps.
func WithMarks(s *study.Spec, r *Resolved) error {
	if !r.SpecKeys["marks"] {
		s.Marks = study.MaxMarks
	}
	if s.Step <= 0 {
		return nil // that is reported with what else is wrong
	}
	if steps := max(0, int(s.Horizon/s.Step)); s.Marks > steps {
		if r.SpecKeys["marks"] {
			r.Notes = append(r.Notes, fmt.Sprintf("marks = %d of the spec are lowered to %d: the horizon has no more "+
				"steps", s.Marks, steps))
		}
		s.Marks = steps
	}
	return nil
}

// AfterSimulate is the command that answers what a summary makes one ask: which
// band loses least, or else what happened on a path.
func (r *Resolved) AfterSimulate() string {
	line := append([]string{"mcrisk", "trace"}, r.Session.Study...)
	if width, ok := r.Study.Spec().Value(0, study.HalfWidth.Name); ok {
		values := fmt.Sprintf("%.2g:%.2g:%.2g", width/6, 2*width, width/6)
		axis, err := study.ParseAxis(r.Study.Spec(), study.HalfWidth.Name, values)
		if err == nil {
			_, err = study.NewSweep(r.Study, []study.Axis{axis}, 0)
		}
		if err == nil {
			line[1] = "sweep"
			line = append(line, "--over", study.HalfWidth.Name+"="+values)
		}
	}
	for i, word := range line {
		line[i] = ShellWord(word)
	}
	return strings.Join(line, " ")
}
