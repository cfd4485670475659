package plots

import (
	"math"
	"testing"
)

// Panels of two axes stand in as many columns as one axis has values; one that has
// nothing to draw would shift the others, which then stand as suits their number.
func TestTradeoffColumns(t *testing.T) {
	height := func(change func(*TradeoffData)) float64 {
		d := fronts() // six panels
		change(&d)
		f, err := Tradeoff(d)
		if err != nil {
			t.Fatal(err)
		}
		_, h := f.Size()
		return h
	}
	asSuits := height(func(*TradeoffData) {})
	two := height(func(d *TradeoffData) { d.Columns = 2 })
	if !(math.Abs(two-asSuits-2.2) < 0.02) {
		t.Errorf("two columns are %v inches high, and three %v; want a row of 2.2 more", two, asSuits)
	}
	fewer := height(func(d *TradeoffData) {
		d.Columns = 2
		for _, s := range d.Panels[1].Series {
			for i := range s.Points {
				s.Points[i].X.Value = math.NaN()
			}
		}
	})
	if !(fewer < two-1) { // five in two rows of three, with a note
		t.Errorf("%v inches high with a panel left out; want two rows, not the three of %v", fewer, two)
	}
}
