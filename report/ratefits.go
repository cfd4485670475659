package report

import (
	"fmt"
	"math"
	"strings"

	"mcrisk/assess"
	"mcrisk/param"
)

// RateFits are laws of rates fitted to a series; name is the series'.
func RateFits(name string, r *assess.RateFits) Document {
	s := r.Series
	last := len(s.Times) - 1
	d := Document{Data: rateFitsJSON(r), Blocks: []Block{
		Text(fmt.Sprintf("%s: %s values of %s every %s, %s to %s", name, Thousands(len(s.Values)), s.Column,
			param.FormatSeconds(r.Fits[0].Spacing.Seconds()), Minute(s.Times[0]), Minute(s.Times[last])))}}
	numbers := Table{PeopleOnly: true, Keys: 2, Columns: []Column{{Name: "rates"}, {Name: "number"}, {Name: "estimate"},
		{Name: "standard error"}, {Name: fmt.Sprintf("%.0f %% interval", 100*assess.FitConfidence)},
		{Name: "found by", Wrap: true}}}
	data := Table{Name: "rates", DataOnly: true,
		Columns: columnsOf("rates", "number", "estimate", "se", "lo", "hi", "confidence", "method")}
	years := Table{Name: "years", Title: "Means of years on file, and the probability of a lower one under each law",
		Columns: []Column{{Name: "rates"}, {Name: "year"}, {Name: "mean", Title: "mean a year"}, {Name: "pit",
			Title: "probability of less"}}}
	for _, f := range r.Fits {
		for i, n := range f.Numbers {
			by := f.Method
			if i > 0 {
				by = ""
			}
			interval := ""
			if n.Lo <= n.Hi {
				interval = Short(n.Lo) + " to " + Short(n.Hi)
			}
			numbers.Add(f.Kind, n.Name, cellOf(n.Value), cellOf(n.SE), interval, by)
			data.Add(f.Kind, n.Name, n.Value, cellOf(n.SE), cellOf(n.Lo), cellOf(n.Hi), assess.FitConfidence, f.Method)
		}
		for _, y := range f.Years {
			years.Add(f.Kind, fmt.Sprint(y.Year), y.Mean, y.PIT)
		}
	}
	d.Blocks = append(d.Blocks, numbers, years, data)
	return d
}

// cellOf is a number, or an empty cell for NaN.
func cellOf(v float64) any {
	if math.IsNaN(v) {
		return nil
	}
	return v
}

// RateFitNotes say where fits mean less than they seem, and which kinds have none.
func RateFitNotes(r *assess.RateFits) (notes []string) {
	for _, f := range r.Fits {
		for _, w := range f.Warnings {
			notes = append(notes, f.Kind+": "+w)
		}
		out := 0
		for _, y := range f.Years {
			if y.PIT < 0.05 || y.PIT > 0.95 {
				out++
			}
		}
		if out > 0 {
			notes = append(notes, fmt.Sprintf("%s: the means of %d of %s are in the outer tenths of its law",
				f.Kind, out, Count(len(f.Years), "year")))
		}
	}
	for _, u := range r.Unfitted {
		notes = append(notes, "not fitted: "+u.Err.Error())
	}
	return notes
}

// RateFlags are the options of simulate that name a fitted law, whose mean is the number of that name.
func RateFlags(f assess.RateFit, mean string) string {
	var flags []string
	if !math.IsNaN(f.Rate) {
		flags = append(flags, fmt.Sprintf("--%s %s", mean, FileNumber(f.Rate)))
	}
	flags = append(flags, "--rates "+f.Kind)
	part := f.Part()
	for _, name := range param.SortedNames(part.Values) {
		flags = append(flags, fmt.Sprintf("--%s %.4g", name, part.Values[name]))
	}
	return strings.Join(flags, " ")
}

// rateFitsJSON has the names that scripts rely on.
func rateFitsJSON(r *assess.RateFits) any {
	type number struct {
		Estimate *Number `json:"estimate"`
		SE       *Number `json:"se"`
		Lo       *Number `json:"lo"`
		Hi       *Number `json:"hi"`
	}
	type year struct {
		Year int    `json:"year"`
		Mean Number `json:"mean"`
		PIT  Number `json:"pit"`
	}
	type fitted struct {
		Rates    string            `json:"rates"`
		Method   string            `json:"method"`
		Numbers  map[string]number `json:"numbers"`
		Atom     Number            `json:"atom"`
		Years    []year            `json:"years"`
		Warnings []string          `json:"warnings"`
	}
	out := struct {
		Values     int      `json:"values"`
		Column     string   `json:"column"`
		Confidence float64  `json:"confidence"`
		Laws       []fitted `json:"laws"`
	}{len(r.Series.Values), r.Series.Column, assess.FitConfidence, nil}
	for _, f := range r.Fits {
		x := fitted{Rates: f.Kind, Method: f.Method, Numbers: map[string]number{}, Atom: Number(f.Atom),
			Warnings: append([]string{}, f.Warnings...), Years: []year{}}
		for _, n := range f.Numbers {
			x.Numbers[n.Name] = number{Existing(n.Value), Existing(n.SE), Existing(n.Lo), Existing(n.Hi)}
		}
		for _, y := range f.Years {
			x.Years = append(x.Years, year{y.Year, Number(y.Mean), Number(y.PIT)})
		}
		out.Laws = append(out.Laws, x)
	}
	return out
}
