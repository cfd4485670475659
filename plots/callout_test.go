package plots

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/plot/vg"
)

// Labels of thirty points strewn over the data cover neither points nor other
// labels, and stay inside: there is room for ten times as many.
func TestCalloutsDoNotCollide(t *testing.T) {
	data := vg.Rectangle{Min: vg.Point{X: 30, Y: 20}, Max: vg.Point{X: 430, Y: 250}}
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var taken obstacles
		var points []vg.Point
		for range 30 {
			at := vg.Point{X: data.Min.X + 400*vg.Length(rng.Float64()), Y: data.Min.Y + 230*vg.Length(rng.Float64())}
			points = append(points, at)
			taken.box(vg.Rectangle{Min: at.Sub(vg.Point{X: 3, Y: 3}), Max: at.Add(vg.Point{X: 3, Y: 3})})
		}
		taken.line(points[0], points[1])
		for _, at := range points {
			r, away := taken.place(data, at, 2, 20, 8)
			inside := r.Min.X >= data.Min.X && r.Max.X <= data.Max.X && r.Min.Y >= data.Min.Y && r.Max.Y <= data.Max.Y
			wide := float64(r.Max.X - r.Min.X)
			if n := taken.covered(r); n > 0 || away > 20 || !inside || math.Abs(wide-20) > 1e-9 {
				t.Fatalf("seed %d: the label of %v lies at %v, %v away, and covers %d things", seed, at, r, away, n)
			}
			taken.box(r)
		}
	}
}

// Where nothing is free the label takes what covers least: here all but the left.
func TestCalloutInACrowd(t *testing.T) {
	data := vg.Rectangle{Max: vg.Point{X: 400, Y: 200}}
	at := vg.Point{X: 200, Y: 100}
	var taken obstacles
	for range 3 { // counted thrice
		taken.box(vg.Rectangle{Min: vg.Point{X: 150}, Max: vg.Point{X: 400, Y: 200}})
	}
	taken.box(vg.Rectangle{Max: vg.Point{X: 150, Y: 200}})
	r, _ := taken.place(data, at, 0, 20, 8)
	if n := taken.covered(r); n > 3 || r.Min.X < 150 && n > 1 {
		t.Errorf("the label lies at %v and covers %d", r, n)
	}
}

func TestInCells(t *testing.T) {
	values := []float64{5, 10, 20}
	for v, want := range map[float64]float64{5: 0, 10: 1, 20: 2, 7.5: 0.5, 15: 1.5, 4.9: math.NaN(), 21: math.NaN()} {
		if got := InCells(values, v); got != want && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Errorf("%v lies at %v; want %v", v, got, want)
		}
	}
}

// Red and blue part at zero, pale there and darker away from it, and the ramp of
// a plain heat map is dark where there is more.
func TestDivergingColours(t *testing.T) {
	light := func(v float64) int { c := diverge(v); return int(c.R) + int(c.G) + int(c.B) }
	for _, v := range []float64{0.2, 0.5, 0.8, 1} {
		if blue, red := diverge(v), diverge(-v); !(blue.B > blue.R) || !(red.R > red.B) {
			t.Errorf("%v is %v and %v is %v; want blue and red", v, blue, -v, red)
		}
		if !(light(v) < light(v-0.2)) || !(light(-v) < light(0.2-v)) {
			t.Errorf("colours do not darken away from zero at ±%v", v)
		}
	}
}
