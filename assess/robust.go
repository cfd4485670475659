package assess

import (
	"math"
	"slices"

	"mcrisk/analytics"
)

// A RobustSetting says which of a token's settings does well for an objective in every
// scenario, among the settings that all scenarios have.
type RobustSetting struct {
	Token     int
	Objective string
	Settings  []string // as Layout.Setting names them
	Cells     []int    // of the settings in the first scenario
	Scenarios []string
	// Robustness has settings and scenarios by their places above. Its Regret is nil:
	// Greatest has the greatest of each setting.
	analytics.Robustness
}

// LeastRegret is the setting whose maximum regret, against the best setting in each
// scenario, is least; empty if no setting has a value in one of the scenarios.
func (r *RobustSetting) LeastRegret() string {
	if math.IsInf(r.Greatest[r.Minimax].Value, 1) {
		return ""
	}
	return r.Settings[r.Minimax]
}

// BestWorst is the setting with the best worst-case value; empty where there is none.
func (r *RobustSetting) BestWorst() string {
	if math.IsNaN(r.Worst.Value) {
		return ""
	}
	return r.Settings[r.Maximin]
}

// findRobust finds the robust settings of each token.
func (a *analysis) findRobust() {
	for token := range a.Sweep.Study.Tokens() {
		var parts []*Slice
		for i := range a.Slices {
			if a.Slices[i].Token == token {
				parts = append(parts, &a.Slices[i])
			}
		}
		settings, cells := a.commonSettings(parts)
		if len(parts) < 2 || len(settings) < 2 {
			continue
		}
		var scenarios []string
		for _, s := range parts {
			scenarios = append(scenarios, s.Scenario)
		}
		for i, m := range a.Objectives {
			r := analytics.RobustBy(m, len(settings), len(parts), func(setting, scenario int) analytics.Sample {
				return a.reader.at(cells[scenario][setting], token).of(i, parts[scenario].corrected)
			}, Confidence)
			if a.reader.err != nil {
				return
			}
			r.Regret = nil // for large sweeps
			r.Worst = a.level(cells[r.WorstIn][r.Maximin], token, i)
			a.Robust = append(a.Robust, RobustSetting{token, m.Name, settings, cells[0], scenarios, r})
		}
	}
}

// commonSettings are the settings that all of some slices have, in the order of the
// first, and their cells, by slice and setting.
func (l Layout) commonSettings(parts []*Slice) (settings []string, cells [][]int) {
	of := make([]map[string]int, len(parts)) // cells by slice and setting
	for i, s := range parts {
		of[i] = map[string]int{}
		for _, c := range s.Cells {
			setting := l.Setting(c)
			if _, seen := of[i][setting]; !seen && i == 0 {
				settings = append(settings, setting)
			}
			of[i][setting] = c
		}
	}
	settings = slices.DeleteFunc(settings, func(setting string) bool {
		return slices.ContainsFunc(of, func(cells map[string]int) bool { _, ok := cells[setting]; return !ok })
	})
	cells = make([][]int, len(parts))
	for i := range parts {
		for _, setting := range settings {
			cells[i] = append(cells[i], of[i][setting])
		}
	}
	return settings, cells
}
