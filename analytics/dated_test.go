package analytics

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// Three falls by hand: by half and back, by a fifth in two steps and back, by a quarter without an end.
func TestDrawdowns(t *testing.T) {
	values := []float64{2, 2, 1, 1.5, 2, 2.5, 2.25, 2, 2, 3, 4, 3, 3.5}
	want := []Drawdown{{0.5, 1, 2, 4}, {0.25, 10, 11, -1}, {1 - values[7]/2.5, 5, 7, 9}}
	if got := Drawdowns(values, 9); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v; want %+v", got, want)
	}
	if got := Drawdowns(values, 2); !reflect.DeepEqual(got, want[:2]) {
		t.Errorf("%+v; want the two deepest", got)
	}
	for _, none := range [][]float64{nil, {1}, {1, 1, 2}} {
		if got := Drawdowns(none, 3); len(got) != 0 {
			t.Errorf("%v: %+v; want no fall", none, got)
		}
	}
	equal := []Drawdown{{0.5, 0, 1, 2}, {0.5, 2, 3, 4}}
	if got := Drawdowns([]float64{2, 1, 2, 1, 2}, 9); !reflect.DeepEqual(got, equal) {
		t.Errorf("%+v; want equal falls in their order", got)
	}
}

// Of random walks: each fall lies between two values that no other is in, its trough is the lowest
// there, every value below an earlier one is in one, and the deepest is the maximum drawdown of
// SeriesMetrics with its times.
func TestDrawdownsOfWalks(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 2))
		values, times := []float64{1}, []float64{0}
		for i := range 1 + r.IntN(60) {
			values = append(values, values[i]*math.Exp(0.1*math.Round(3*r.NormFloat64()))) // with ties
			times = append(times, float64(i+1))
		}
		all := Drawdowns(values, len(values))
		inside := make([]int, len(values))
		for _, d := range all {
			end := d.Recovered
			if end < 0 {
				end = len(values)
			} else if values[end] < values[d.Peak] {
				t.Fatalf("seed %d: %+v is not recovered", seed, d)
			}
			low := d.Peak
			for i := d.Peak + 1; i < end; i++ {
				if inside[i]++; values[i] >= values[d.Peak] || inside[i] > 1 {
					t.Fatalf("seed %d: %+v reaches past value %d", seed, d, i)
				}
				if 1-values[i]/values[d.Peak] > 1-values[low]/values[d.Peak] {
					low = i
				}
			}
			if low != d.Trough || d.Depth != 1-values[low]/values[d.Peak] {
				t.Fatalf("seed %d: %+v; want its trough at %d", seed, d, low)
			}
		}
		for i := range values {
			if below := values[i] < slices.Max(values[:i+1]); below != (inside[i] == 1) {
				t.Fatalf("seed %d: value %d below an earlier one: %v; in a fall: %v", seed, i, below, !below)
			}
		}
		if len(all) == 0 {
			continue
		}
		d, metrics := all[0], map[string]float64{}
		for _, m := range SeriesMetrics(values, times, SeriesOptions{}) {
			metrics[m.Name] = m.Value
		}
		recovery := math.NaN()
		if d.Recovered >= 0 {
			recovery = times[d.Recovered] - times[d.Trough]
		}
		sameNumbers(t, metrics, map[string]float64{"max_drawdown": d.Depth,
			"drawdown_length": times[d.Trough] - times[d.Peak], "drawdown_recovery": recovery}, 0)
	}
}

// Closes around ends of months and years: midnight is of the day before, a moment later of the next.
func TestPeriodReturns(t *testing.T) {
	at := func(text string) time.Time {
		d, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	day := func(text string) time.Time { return at(text + "T00:00:00Z") }
	d := Dated{
		Times: []time.Time{day("2019-12-16"), at("2019-12-16T00:00:01Z"), day("2020-01-01"), day("2020-01-31"),
			at("2020-02-01T01:00:00+01:00"), at("2020-02-01T00:00:00.000000001Z"),
			day("2021-01-01"), day("2021-01-02")},
		Values: []float64{1, 2, 4, 8, 16, 32, 64, 128},
	}
	for p, want := range map[Period][]PeriodReturn{
		Day: {{day("2019-12-16"), 1, 1}, {day("2019-12-31"), 1, 2}, {day("2020-01-30"), 1, 3},
			{day("2020-01-31"), 1, 4}, {day("2020-02-01"), 1, 5}, {day("2020-12-31"), 1, 6},
			{day("2021-01-01"), 1, 7}},
		Week: {{day("2019-12-16"), 1, 1}, {day("2019-12-30"), 1, 2}, {day("2020-01-27"), 7, 5},
			{day("2020-12-28"), 3, 7}},
		Month: {{day("2019-12-01"), 3, 2}, {day("2020-01-01"), 3, 4}, {day("2020-02-01"), 1, 5},
			{day("2020-12-01"), 1, 6}, {day("2021-01-01"), 1, 7}},
		Year: {{day("2019-01-01"), 3, 2}, {day("2020-01-01"), 15, 6}, {day("2021-01-01"), 1, 7}},
	} {
		got, err := p.Returns(d)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("period %d: %+v; want %+v", p, got, want)
		}
	}
	ended := Dated{d.Times[:5], []float64{1, 0.5, 0.25, 0, 0}}
	if got, err := Day.Returns(ended); err != nil || len(got) != 3 || got[2].Return != -1 {
		t.Errorf("%+v, %v; want −1 on the third day and none after", got, err)
	}
	if _, err := Month.Returns(Dated{d.Times[:2], []float64{1, -1}}); err == nil {
		t.Error("a negative value is taken")
	}
	for _, text := range []string{"1969-12-31", "1969-12-29", "1969-12-28", "1600-02-29", "2000-02-29"} {
		if got := day(text).AddDate(0, 0, 1); !Day.start(got).Equal(day(text)) ||
			Day.of(got) != int64(math.Floor(float64(day(text).Unix())/86400)) ||
			Week.start(got).Weekday() != time.Monday || Week.of(Week.start(got).Add(1)) != Week.of(got) ||
			Week.of(Week.start(got)) != Week.of(got)-1 {
			t.Errorf("%s: day %v, %d, week %v, %d", text, Day.start(got), Day.of(got), Week.start(got), Week.of(got))
		}
	}
}

// Every window one by one, its dates included.
func TestRollingReturns(t *testing.T) {
	d, _ := walks(5, 900, 24*time.Hour, 0.9)
	const length = 30 * 24 * time.Hour
	got, err := RollingReturns(d, length)
	if err != nil {
		t.Fatal(err)
	}
	var all []float64
	returnOf := func(w Window) float64 {
		if d.Times[w.To].Sub(d.Times[w.From]) < length || d.Times[w.To-1].Sub(d.Times[w.From]) >= length {
			t.Errorf("%+v is from %v to %v", w, d.Times[w.From], d.Times[w.To])
		}
		return d.Values[w.To]/d.Values[w.From] - 1
	}
	for i := range d.Times {
		for j := i; j < len(d.Times); j++ {
			if d.Times[j].Sub(d.Times[i]) >= length {
				all = append(all, d.Values[j]/d.Values[i]-1)
				break
			}
		}
	}
	slices.Sort(all)
	n := len(all)
	for _, w := range []struct {
		got  Window
		want float64
	}{{got.Least, all[0]}, {got.Median, all[(n-1)/2]}, {got.Greatest, all[n-1]}} {
		if w.got.Return != w.want || returnOf(w.got) != w.want || got.Windows != n {
			t.Errorf("%+v of %d; want %v of %d", w.got, got.Windows, w.want, n)
		}
	}
	flat := Dated{d.Times[:9], []float64{1, 1, 1, 1, 1, 1, 1, 1, 1}}
	if r, err := RollingReturns(flat, 24*time.Hour); err != nil || r.Greatest.From != 0 || r.Least.From != 0 {
		t.Errorf("%+v, %v; want the first of equal windows", r, err)
	}
	if r, err := RollingReturns(flat, 1e6*time.Hour); err != nil || r.Windows != 0 || !math.IsNaN(r.Median.Return) {
		t.Errorf("%+v, %v; want no window", r, err)
	}
	flat.Values = []float64{1, 0, 1, 1, 1, 1, 1, 1, 1}
	_, err = RollingReturns(flat, time.Hour)
	if err == nil || !strings.Contains(err.Error(), "a history is 0 at 2020") {
		t.Errorf("%v; want the zero refused", err)
	}
}
