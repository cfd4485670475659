package analytics

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// Every quantile of lognormal data over some forty powers of two stays within
// Alpha of the exact one, and its interval holds the exact interval.
func TestLogHistogramIsWithinAlpha(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	xs := normals(rng, 5000)
	for i, z := range xs {
		xs[i] = math.Exp(3 * z)
	}
	xs[17], xs[18] = 0, inf
	var ps []float64
	for i := range 1001 {
		ps = append(ps, float64(i)/1000)
	}
	exact := Quantiles(Sample{X: xs}, ps, 0.95)
	for _, alpha := range []float64{0.0002, 0.005, 0.02, 1.0 / 3, 0.5} {
		h := LogHistogram{Alpha: alpha}
		for _, x := range xs {
			h.Add(x)
		}
		for i, p := range ps {
			e, want := h.Quantile(p, 0.95), exact[i]
			if !same(e.Value, want.Value, alpha*(1+1e-12)) {
				t.Errorf("alpha %v, p = %v: %v, want %v", alpha, p, e.Value, want.Value)
			}
			if e.Lo > want.Lo || e.Hi < want.Hi || !same(e.Lo, want.Lo, 2*alpha) || !same(e.Hi, want.Hi, 3*alpha) {
				t.Errorf("alpha %v, p = %v: [%v, %v] around [%v, %v]", alpha, p, e.Lo, e.Hi, want.Lo, want.Hi)
			}
			if e.N != want.N || e.Method != OrderStatistic {
				t.Errorf("got %+v, want N and method of %+v", e, want)
			}
		}
	}
}

// A bucket begins at its edge and ends before the next: the worst cases for
// Alpha are there.
func TestLogHistogramBuckets(t *testing.T) {
	for _, tt := range []struct {
		name      string
		x, lo, hi float64
	}{
		{"first", 1, 1, 1.01},
		{"just below", math.Nextafter(1, 0), 0.995, 1},
		{"last before two", math.Nextafter(2, 0), 1.99, 2},
		{"inside", 1.2345, 1.23, 1.24},
		{"small octave", 0.3125, 0.3125, 0.315}, // 1.25/4
		{"smallest", 0x1p-1022, 0x1p-1022, 0x1p-1022 * 1.01},
		{"largest", math.Nextafter(0x1p1023, 0), 0x1p1022 * 1.99, 0x1p1023},
		{"zero", 0, 0, 0},
		{"minus zero", math.Copysign(0, -1), 0, 0},
		{"subnormal", 5e-324, 0, 0},
		{"too large", 0x1p1023, inf, inf},
		{"boundless", inf, inf, inf},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := LogHistogram{least: 0x1p-1022, greatest: 0x1p1023} // as if there had been others
			h.Add(tt.x)
			lo, hi := h.bucket(1)
			if !same(lo, tt.lo, 1e-15) || !same(hi, tt.hi, 1e-15) {
				t.Errorf("%v counted in [%v, %v), want [%v, %v)", tt.x, lo, hi, tt.lo, tt.hi)
			}
			if e := h.Quantile(0.5, 0.95); h.Count() != 1 || tt.x >= 0x1p-1022 && tt.x < 0x1p1023 && !same(e.Value,
				tt.x, 0.005) {
				t.Errorf("median %v of %d values, want %v of one", e.Value, h.Count(), tt.x)
			}
		})
	}
}

// Where all values are one, or few enough to be kept, quantiles are those of the
// values themselves; where one value is too many, they are those of buckets.
func TestLogHistogramExact(t *testing.T) {
	var equal LogHistogram
	for range 30 {
		equal.Add(1.00498)
	}
	if e := equal.Quantile(0.3, 0.5); e.Value != 1.00498 || e.Lo != 1.00498 || e.Hi != 1.00498 {
		t.Errorf("of equal values: %+v; want their value", e)
	}
	xs := normals(rand.New(rand.NewPCG(3, 1)), 500)
	kept, counted := LogHistogram{Keep: 501}, LogHistogram{Keep: 500}
	for i := range xs {
		xs[i] = math.Exp(xs[i])
	}
	xs = append(xs, 0) // which is in no need of being kept
	for _, x := range append(xs, 1.5) {
		kept.Add(x)
		counted.Add(x)
	}
	want := Quantile(Sample{X: append(xs, 1.5)}, 0.3, 0.95)
	if got := kept.Quantile(0.3, 0.95); !kept.exact() || got.Value != want.Value || got.Lo != want.Lo ||
		got.Hi != want.Hi {
		t.Errorf("of %d values that are kept: %+v; want %+v", kept.Count(), got, want)
	}
	if got := counted.Quantile(0.3, 0.95); counted.exact() || got.Value == want.Value ||
		!same(got.Value, want.Value, 0.005) || counted.Count() != 502 {
		t.Errorf("of %d values, one too many to keep: %+v; want %v to half a percent", counted.Count(), got, want.Value)
	}
	fine, edges := LogHistogram{Alpha: 0.001}, []float64(nil)
	for _, x := range xs {
		fine.Add(x)
	}
	keptEdges, keptCounts := kept.Buckets(0.005)
	edges, counts := fine.Buckets(0.005)
	if total := inAll(counts); total != 500 || inAll(keptCounts) != 501 || !slices.Equal(edges, keptEdges) {
		t.Errorf("buckets of %d and of %d values; want 500, and 501 between the same ends", total, inAll(keptCounts))
	}
}

func inAll(counts []int) (total int) {
	for _, c := range counts {
		total += c
	}
	return total
}

func TestLogHistogramWithoutAnswer(t *testing.T) {
	var h LogHistogram
	if e := h.Quantile(0.5, 0.95); !math.IsNaN(e.Value) || !math.IsNaN(e.Lo) || !math.IsNaN(e.Hi) || e.N != 0 {
		t.Errorf("empty: got %+v, want NaN", e)
	}
	h.Add(1)
	h.Add(nan)
	if e := h.Quantile(0.5, 0.95); !math.IsNaN(e.Value) || e.N != 2 {
		t.Errorf("with a NaN: got %+v, want NaN of two", e)
	}
}

func TestLogHistogramMemory(t *testing.T) {
	var h LogHistogram
	for e := -1022; e < 1023; e++ {
		h.Add(math.Ldexp(1, e))
	}
	if got := 8 * len(h.counts); got > 1_700_000 {
		t.Errorf("%d bytes for all of float64, want at most 1.7 MB", got)
	}
	h = LogHistogram{}
	h.Add(1.0 / 1000)
	h.Add(1000)
	if got := 8 * len(h.counts); got > 16_000 {
		t.Errorf("%d bytes from 1/1000 to 1000, want at most 16 kB", got)
	}
}

func sameCounts(a, b *LogHistogram) bool {
	return a.octave == b.octave && slices.Equal(a.counts, b.counts) &&
		reflect.DeepEqual([]uint64{a.zero, a.infinite, a.nan}, []uint64{b.zero, b.infinite, b.nan})
}

func BenchmarkLogHistogramAdd(b *testing.B) {
	xs := normals(rand.New(rand.NewPCG(1, 1)), 1024)
	for i, z := range xs {
		xs[i] = math.Exp(z)
	}
	var h LogHistogram
	for i := 0; b.Loop(); i++ {
		h.Add(xs[i%len(xs)])
	}
}
