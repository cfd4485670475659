package analytics

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Every metric of eight real histories against NumPy, SciPy and pandas;
// testdata/series.py made the numbers.
func TestSeriesMetricsAgainstPandas(t *testing.T) {
	data, err := os.ReadFile("testdata/series.json")
	if err != nil {
		t.Fatal(err)
	}
	var oracle struct {
		Series []struct {
			File, SHA256, Column string
			Values               int
			DT                   float64
			Metrics              map[string]*float64
		}
	}
	if err := json.Unmarshal(data, &oracle); err != nil {
		t.Fatal(err)
	}
	for _, s := range oracle.Series {
		t.Run(s.File+" "+s.Column, func(t *testing.T) {
			values := history(t, s.File, s.SHA256, s.Column)
			if len(values) != s.Values {
				t.Fatalf("%d values, pandas had %d", len(values), s.Values)
			}
			got := SeriesMetrics(values, s.DT)
			if len(got) != len(s.Metrics) {
				t.Errorf("%d metrics, the oracle has %d", len(got), len(s.Metrics))
			}
			for _, m := range got {
				want, ok := s.Metrics[m.Name]
				switch {
				case !ok:
					t.Errorf("the oracle has no %s", m.Name)
				case want == nil:
					if !math.IsNaN(m.Value) {
						t.Errorf("%s = %v, want none", m.Name, m.Value)
					}
				case !same(m.Value, *want, 1e-10):
					t.Errorf("%s = %.15g, want %.15g", m.Name, m.Value, *want)
				}
			}
		})
	}
}

// history reads a column of a file in the data folder beside the checkout, and
// skips the test where that is missing or another version.
func history(t *testing.T, file, hash, column string) (values []float64) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../shared/data", file))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the histories are not beside this checkout")
	}
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != hash {
		t.Skipf("%s is another version than the oracle's", file)
	}
	rows, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Index(rows[0], column)
	for _, row := range rows[1:] {
		if row[at] == "" {
			continue
		}
		v, err := strconv.ParseFloat(row[at], 64)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
	}
	return values
}

// Short histories by hand, and what they leave undetermined.
func TestSeriesMetricsByHand(t *testing.T) {
	for _, tt := range []struct {
		name   string
		values []float64
		want   map[string]float64
	}{
		// returns 1, −½, 1, −¼ over half years; falls 0, 0, ½, 0, ¼
		{"up and down", []float64{1, 2, 1, 2, 1.5}, map[string]float64{
			"total_return": 0.5, "cagr": math.Sqrt(1.5) - 1, "log_growth": math.Log(1.5) / 2,
			"omega": 2 / 0.75, "gain_to_pain": 1.25 / 0.75, "sortino": 0.3125 / math.Sqrt(0.3125/4) / math.Sqrt(0.5),
			"max_drawdown": 0.5, "drawdown_length": 0.5, "drawdown_recovery": 0.5, "average_drawdown": 0.15,
			"under_water": 0.4, "longest_under": 1, "ulcer": math.Sqrt(0.0625), "cdar_95": 0.5,
			"calmar": (math.Sqrt(1.5) - 1) / 0.5,
			"var_99": 0.4925, "es_99": 0.5,
		}},
		{"only up", []float64{1, 2, 4}, map[string]float64{"max_drawdown": 0, "drawdown_recovery": 0,
			"longest_under": 0, "omega": inf, "calmar": inf, "volatility": 0, "sharpe": inf, "skewness": nan}},
		{"not recovered", []float64{4, 1, 2}, map[string]float64{"max_drawdown": 0.75, "drawdown_recovery": nan,
			"longest_under": 1, "under_water": 2.0 / 3}},
		{"one value", []float64{1}, map[string]float64{"total_return": nan, "sharpe": nan, "max_drawdown": 0,
			"ulcer": 0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			left := len(tt.want)
			for _, m := range SeriesMetrics(tt.values, 0.5) {
				if want, ok := tt.want[m.Name]; ok {
					left--
					if !same(m.Value, want, 1e-14) {
						t.Errorf("%s = %v, want %v", m.Name, m.Value, want)
					}
				}
			}
			if left > 0 {
				t.Errorf("%d metrics are missing", left)
			}
		})
	}
}
