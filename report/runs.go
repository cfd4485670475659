package report

import (
	"strings"
	"time"
)

// A StoredRun is a run directory among others, as rundir lists it.
type StoredRun struct {
	Path     string
	Command  []string
	Tokens   []string
	Start    time.Time
	End      time.Time // zero: not finished
	Seed     uint64
	Paths    int
	Headline map[string]float64 // of the first token of a simulation
	Fault    error              // why it cannot be read; nil: it can
}

// Runs lists run directories, in their order.
func Runs(list []StoredRun) Document {
	t := Table{PeopleOnly: true, Columns: []Column{{Name: "run"}, {Name: "headline", Wrap: true}}}
	data := Table{Name: "runs", DataOnly: true, Columns: columnsOf("path", "command", "tokens", "start", "end", "seed",
		"paths", "state", "fault", "median_nav", "p_loss_50", "p_liquidation")}
	rows := []object{}
	for _, l := range list {
		state, headline, fault := "finished", "", ""
		switch {
		case l.Fault != nil:
			fault = l.Fault.Error()
			state, headline = "unreadable", fault
		case l.End.IsZero():
			state, headline = "unfinished", "not finished: mcrisk missing "+l.Path
		}
		var start, end any
		if !l.Start.IsZero() {
			start = l.Start
		}
		if !l.End.IsZero() {
			end = l.End
		}
		values, numbers := []any{}, object{}
		for _, name := range []string{"median_nav", "p_loss_50", "p_liquidation"} {
			var value any
			if v, ok := l.Headline[name]; ok {
				value = v
				numbers = append(numbers, member{name, v})
				headline = strings.TrimPrefix(headline+", "+name+" "+Short3(v), ", ")
			}
			values = append(values, value)
		}
		if headline == "" {
			headline = strings.Join(l.Tokens, ", ")
		}
		t.Add(l.Path, headline)
		command := strings.Join(l.Command, " ")
		data.Add(append([]any{l.Path, command, strings.Join(l.Tokens, " "), start, end, l.Seed, l.Paths, state,
			fault},
			values...)...)
		rows = append(rows, object{{"path", l.Path}, {"command", l.Command}, {"tokens", l.Tokens}, {"start", start},
			{"end", end}, {"seed", l.Seed}, {"paths", l.Paths}, {"state", state}, {"fault", fault},
			{"headline", numbers}})
	}
	d := Document{Data: object{{"runs", rows}}, Blocks: []Block{t, data}}
	if len(list) == 0 {
		d.Blocks = []Block{Text("No runs."), data}
	}
	return d
}
