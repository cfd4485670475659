package report

import (
	"fmt"
	"slices"
	"strings"

	"mcrisk/analytics"
	"mcrisk/assess"
	"mcrisk/param"
	"mcrisk/study"
)

// Provenance is what a document says of where its numbers came from.
type Provenance struct {
	Settings []study.Setting
	Hash     string // results_hash; empty: nothing was sampled
	Model    Model
}

// A Model is the kind of a study's price model, and the one that is recommended.
type Model struct {
	Name        string `json:"name"`
	Recommended string `json:"recommended"` // empty: none
	Reason      string `json:"reason"`      // why that, or why none
}

// closing ends a document: every setting, and the hash of the results.
func (p Provenance) closing() []Block {
	blocks := []Block{settingsOf(p.Settings)}
	if p.Hash != "" {
		blocks = append(blocks, Text("results_hash "+p.Hash))
	}
	return blocks
}

// settingsOf are settings of a study as a block.
func settingsOf(list []study.Setting) (block Settings) {
	for _, s := range list {
		block = append(block, Setting{s.Name, s.Value, s.Origin})
	}
	return block
}

// columnsOf are columns of files, by name.
func columnsOf(names ...string) (list []Column) {
	for _, name := range names {
		list = append(list, Column{Name: name})
	}
	return list
}

// intervalTitle heads a column of intervals.
var intervalTitle = fmt.Sprintf("%g %% interval", 100*assess.Confidence)

// intervalText says what the intervals of a document are of. How far the outcomes of
// single paths lie apart is another thing: their range.
var intervalText = Text("Each " + intervalTitle + " is the confidence interval of the estimate (Monte Carlo error).")

// Caption says how the numbers of a figure or table were made: so many paths of a
// study, and its model without the numbers of some names. With the model's own name
// left out, the axis says it.
func Caption(s *study.Study, paths int, without ...string) string {
	spec := s.Spec()
	return fmt.Sprintf("%s of %s in steps of %s, seed %d; %s; intervals of %g %%.", Count(paths, "path"),
		param.FormatSeconds(spec.Horizon.Seconds()), param.FormatSeconds(spec.Step.Seconds()), spec.Seed,
		modelCaption(s, without...), 100*assess.Confidence)
}

// modelCaption is a study's model without the numbers of some names.
func modelCaption(s *study.Study, without ...string) string {
	model := s.Spec().Model
	if slices.Contains(without, study.ModelAxis) {
		return "model as the axis says"
	}
	words := []string{"model " + model.Kind}
	for _, name := range param.SortedNames(model.Values) {
		if slices.Contains(without, name) {
			continue
		}
		v := model.Values[name]
		text := Short(v)
		if q, err := s.Spec().Param(name); err == nil && (q.Unit == param.Time || q.Word != "" && v == 0) {
			text = q.Format(v)
		}
		words = append(words, name+" "+text)
	}
	return strings.Join(words, ", ")
}

// withoutIntervals is a caption of paths themselves, which have no intervals.
func withoutIntervals(caption string) string {
	return strings.ReplaceAll(caption, fmt.Sprintf("; intervals of %g %%.", 100*assess.Confidence), ".")
}

// unitText is a unit for people: of a logarithm that of axes, which says that it is one.
func unitText(u analytics.Unit) string {
	switch u {
	case analytics.Log, analytics.LogPerYear, analytics.LogPerRootYear:
		return u.Axis()
	}
	return string(u)
}

// how says in words how an interval was made and what is wrong with it.
func how(e analytics.Estimate) string {
	s := string(e.Method)
	switch {
	case e.Warning == analytics.NotEstimable:
		return "" // which stands in the place of the estimate
	case e.VarianceReduction > 1e9:
		s = "known"
	case e.VarianceReduction >= 1.5:
		s += fmt.Sprintf(", control %s×", Short3(float64(int(e.VarianceReduction+0.5))))
	}
	if e.Warning != "" {
		s += " ! " + string(e.Warning)
	}
	return s
}
