package analytics

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
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
			got := SeriesMetrics(values, evenly(len(values), s.DT), SeriesOptions{})
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
			"longest_under": 0, "omega": inf, "calmar": inf, "volatility": 0, "sharpe": nan, "sortino": inf,
			"skewness": nan, "kurtosis": nan, "gain_to_pain": inf}},
		{"constant but for rounding", []float64{1000, 1000.9999999999999, 1002.0009999999997, 1003.0030009999997},
			map[string]float64{"volatility": 0, "sharpe": nan, "sortino": inf, "skewness": nan, "max_drawdown": 0}},
		{"only down at one rate", []float64{4, 2, 1}, map[string]float64{"volatility": 0, "sharpe": nan,
			"sortino": -math.Sqrt2, "omega": 0, "calmar": -0.75 / 0.75}},
		{"never moves", []float64{3, 3, 3}, map[string]float64{"cagr": 0, "volatility": 0, "sharpe": nan,
			"sortino": nan,
			"omega":   nan, "gain_to_pain": nan, "tail_ratio": nan, "calmar": nan}},
		{"one return", []float64{100, 98}, map[string]float64{"total_return": -0.02, "volatility": nan, "sharpe": nan,
			"sortino": nan, "skewness": nan, "omega": 0, "max_drawdown": 0.02}},
		{"not recovered", []float64{4, 1, 2}, map[string]float64{"max_drawdown": 0.75, "drawdown_recovery": nan,
			"longest_under": 1, "under_water": 2.0 / 3}},
		{"one value", []float64{1}, map[string]float64{"total_return": nan, "sharpe": nan, "max_drawdown": 0,
			"ulcer": 0}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			left := len(tt.want)
			for _, m := range SeriesMetrics(tt.values, evenly(len(tt.values), 0.5), SeriesOptions{}) {
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

// evenly are the times of n values that are dt years apart.
func evenly(n int, dt float64) []float64 {
	times := make([]float64, n)
	for i := range times {
		times[i] = float64(i) * dt
	}
	return times
}

// seriesOf are the metrics by name.
func seriesOf(values, times []float64, o SeriesOptions) map[string]float64 {
	m := map[string]float64{}
	for _, metric := range SeriesMetrics(values, times, o) {
		m[metric.Name] = metric.Value
	}
	return m
}

// Years are elapsed time: the same values stand for less a year when they take longer,
// and every length of time is measured between the times of the values.
func TestSeriesMetricsByTime(t *testing.T) {
	values := []float64{1, 2, 1, 2, 1.5} // returns 1, −½, 1, −¼
	times := []float64{5, 5.5, 6.5, 8.5, 9}
	got := seriesOf(values, times, SeriesOptions{})
	for name, want := range map[string]float64{
		"cagr": math.Pow(1.5, 0.25) - 1, "log_growth": math.Log(1.5) / 4,
		"volatility": math.Sqrt(2.3125-4*0.3125*0.3125) / math.Sqrt(3), // four returns in four years
		"sortino":    0.3125 / math.Sqrt(0.3125/4),
		"calmar":     (math.Pow(1.5, 0.25) - 1) / 0.5,

		"drawdown_length": 1, "drawdown_recovery": 2, "longest_under": 3,
	} {
		if !same(got[name], want, 1e-14) {
			t.Errorf("%s = %v, want %v", name, got[name], want)
		}
	}

	// Of two returns a year, whatever the time: the rates of half the years, and lengths as before.
	two := seriesOf(values, times, SeriesOptions{PeriodsPerYear: 2})
	for name, want := range map[string]float64{
		"cagr": math.Sqrt(1.5) - 1, "volatility": got["volatility"] * math.Sqrt2, "sharpe": got["sharpe"] * math.Sqrt2,
		"sortino": got["sortino"] * math.Sqrt2, "calmar": (math.Sqrt(1.5) - 1) / 0.5,
		"drawdown_length": 1, "longest_under": 3, "omega": got["omega"],
	} {
		if !same(two[name], want, 1e-14) {
			t.Errorf("of two returns a year: %s = %v, want %v", name, two[name], want)
		}
	}

	// Interest of 12.5 % a year leaves 7/8, −5/8, 7/8 and −3/8 of the returns.
	free := seriesOf(values, times, SeriesOptions{RiskFree: 0.125})
	for name, want := range map[string]float64{
		"sharpe": 0.1875 / got["volatility"], "sortino": 0.1875 / math.Sqrt((25.0+9)/64/4),
		"omega": got["omega"], "cagr": got["cagr"],
	} {
		if !same(free[name], want, 1e-14) {
			t.Errorf("with interest: %s = %v, want %v", name, free[name], want)
		}
	}
}

// The fund QQQ traded on 4,664 days in 18.54 years: what a calendar says of it, which
// taking a trading day for a day of the year overstates by half.
func TestSeriesMetricsOfTradingDays(t *testing.T) {
	const hash = "dd1f8b8642a3af7ebce7f5c1e14f43ffc6e69b57aeac3c87cee9286f0df94ff8"
	closes, days := history(t, "letf_daily.csv", hash, "qqq"), historyDays(t, "letf_daily.csv", "qqq")
	for _, tt := range []struct {
		o    SeriesOptions
		want map[string]string
	}{
		{SeriesOptions{}, map[string]string{"cagr": "0.1587", "volatility": "0.2200", "sharpe": "0.780",
			"calmar": "0.297"}},
		{SeriesOptions{PeriodsPerYear: 252}, map[string]string{"cagr": "0.1590", "volatility": "0.2202",
			"sharpe": "0.781"}},
	} {
		got := seriesOf(closes, days, tt.o)
		for name, want := range tt.want {
			if s := strconv.FormatFloat(got[name], 'f', len(want)-2, 64); s != want {
				t.Errorf("%+v: %s = %s, want %s", tt.o, name, s, want)
			}
		}
	}
}

// historyDays are the days of the values that history reads, in years from the first.
func historyDays(t *testing.T, file, column string) (years []float64) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../../shared/data", file))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Index(rows[0], column)
	var first time.Time
	for _, row := range rows[1:] {
		if row[at] == "" {
			continue
		}
		day, err := time.Parse(time.DateOnly, row[0])
		if err != nil {
			t.Fatal(err)
		}
		if first.IsZero() {
			first = day
		}
		years = append(years, day.Sub(first).Hours()/8760)
	}
	return years
}

// What a caller gets wrong is named.
func TestSeriesMetricsRefuses(t *testing.T) {
	for _, tt := range []struct {
		values, times []float64
		o             SeriesOptions
		want          string
	}{
		{[]float64{1, 0}, []float64{0, 1}, SeriesOptions{}, "value 1 of a history is 0"},
		{[]float64{1, 2}, []float64{0}, SeriesOptions{}, "2 values of a history at 1 times"},
		{[]float64{1, 2}, []float64{1, 1}, SeriesOptions{}, "time 1 of a history is 1 years"},
		{[]float64{1, 2}, []float64{0, nan}, SeriesOptions{}, "time 1 of a history is NaN years"},
		{[]float64{1, 2}, []float64{0, 1}, SeriesOptions{PeriodsPerYear: -1}, "PeriodsPerYear = -1"},
		{[]float64{1, 2}, []float64{0, 1}, SeriesOptions{RiskFree: nan}, "RiskFree = NaN"},
	} {
		func() {
			defer func() {
				if got := recover(); got == nil || !strings.Contains(fmt.Sprint(got), tt.want) {
					t.Errorf("panics with %v; want %q", got, tt.want)
				}
			}()
			SeriesMetrics(tt.values, tt.times, tt.o)
		}()
	}
}
