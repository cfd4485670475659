package plots_test

import (
	"bytes"
	"errors"
	"fmt"
	"image/png"
	"math"
	"strings"
	"testing"

	"mcrisk/analytics"
	"mcrisk/plots"
)

// KeeperData is how busy the keeper of a token is: its trades by hour of the day,
// and how the wait for one spreads as the year passes. The package has no figure
// of the kind; this file adds it.
type KeeperData struct {
	Title, Caption string
	Trades         []analytics.Estimate // a year, by hour of the day in threes: eight of them
	Times          []float64            // years, increasing
	Median, Slow   []float64            // wait in minutes by time: half of all, and 95 % of all, are shorter
	Upgrade        float64              // when the keeper was upgraded, in years
}

// check says everything that is wrong with the data which the marks do not.
func (in KeeperData) check() error {
	var faults []error
	if n := len(in.Trades); n != 8 {
		faults = append(faults, fmt.Errorf("keeper: %d Trades; want 8, one for each three hours", n))
	}
	for i, e := range in.Trades {
		if !(e.Lo >= 0 && e.Lo <= e.Value && e.Value <= e.Hi) {
			faults = append(faults, fmt.Errorf("keeper: Trades[%d] = %+v; want at least 0, within its interval", i, e))
		}
	}
	return errors.Join(faults...)
}

// Keeper draws the trades as columns, and the wait on a log axis.
func Keeper(in KeeperData) (*plots.Figure, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	hours := make([]string, len(in.Trades))
	for i := range hours {
		hours[i] = fmt.Sprintf("%d–%d", 3*i, 3*i+3)
	}
	trades := plots.Panel{
		X:     plots.Axis{Label: "Hour of the day", Names: hours},
		Y:     plots.Axis{Label: "Trades (a year)", Holds: []float64{0}},
		Marks: []plots.Mark{columns{"trades, 95 % interval", in.Trades}},
	}
	wait := plots.Panel{
		X: plots.Axis{Label: "Time", Years: true},
		Y: plots.Axis{Label: "Wait for a trade (minutes, log scale)", Log: true},
		Marks: []plots.Mark{
			plots.Area{Name: "half to 95 % of waits", X: in.Times, Lo: in.Median, Hi: in.Slow},
			plots.Line{Name: "median wait", X: in.Times, Y: in.Median},
			plots.Reference{Name: "upgrade", At: in.Upgrade},
		},
	}
	return plots.New(plots.Page{Title: in.Title, Caption: in.Caption, Panels: []plots.Panel{trades, wait}})
}

// columns is a mark of its own: bars that stand on zero, with their values.
type columns struct {
	name    string
	heights []analytics.Estimate
}

func (m columns) Key() string { return m.name }

func (m columns) Extent() (xs, ys []float64) {
	for i, e := range m.heights {
		xs, ys = append(xs, float64(i)), append(ys, e.Value, e.Hi)
	}
	return xs, ys
}

func (m columns) Draw(p plots.Plane, l plots.Look) {
	for i, e := range m.heights {
		x := float64(i)
		p.Bar(l, x-0.4, 0, x+0.4, e.Value)
		p.Points(l, []float64{x}, []analytics.Estimate{e})
		p.Text(x, e.Hi, fmt.Sprintf("%.0f", e.Value))
	}
}

func keeper() KeeperData {
	in := KeeperData{
		Title: "How busy the keeper of ETHBULL3X is", Upgrade: 0.5,
		Caption: "Made up. Waits are those of the trades of each week.",
	}
	for _, n := range []float64{20, 14, 31, 52, 77, 96, 64, 33} {
		in.Trades = append(in.Trades, analytics.Estimate{Value: n, Lo: n - 3, Hi: n + 3, Confidence: 0.95, N: 1000})
	}
	for i := range 53 {
		t := float64(i) / 52
		median := 4 + 2*math.Sin(9*t)
		if t > in.Upgrade {
			median /= 5
		}
		in.Times = append(in.Times, t)
		in.Median, in.Slow = append(in.Median, median), append(in.Slow, 8*median)
	}
	return in
}

// A figure of a new kind takes one file and nothing that the package keeps to
// itself.
func TestNewFigureInOneFile(t *testing.T) {
	in := keeper()
	f, err := Keeper(in)
	if err != nil {
		t.Fatal(err)
	}
	var raster, vectors bytes.Buffer
	if err := errors.Join(f.WritePNG(&raster), f.WriteSVG(&vectors)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"<title>" + in.Title + "</title>", in.Caption,
		`fill:#5985B2`,                     // a column, in the first colour of the house on white
		`stroke-dasharray:3,2`,             // the upgrade, as references are
		`fill:#BA5465;fill-opacity:0.25`,   // the area, in the second colour
		`stroke:#222222;stroke-width:1.4;`, // the median, in the third
	} {
		if !strings.Contains(vectors.String(), want) {
			t.Errorf("the SVG has no %q", want)
		}
	}
	if s := vectors.String(); strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
		t.Error("the SVG has a coordinate that is not a number")
	}
	picture, err := png.Decode(&raster)
	if err != nil {
		t.Fatal(err)
	}
	if width, _ := f.Size(); picture.Bounds().Dx() != int(200*width) {
		t.Errorf("%d pixels wide; want 200 for each of %v inches", picture.Bounds().Dx(), width)
	}

	in.Trades[3].Lo = math.NaN()
	if f, err := Keeper(in); f != nil || err == nil || !strings.Contains(err.Error(), "keeper: Trades[3]") {
		t.Errorf("a fault of its own: %v, %v", f, err)
	}
	in = keeper()
	in.Slow[7] = 0
	if f, err := Keeper(in); f != nil || err == nil ||
		!strings.Contains(err.Error(), `Panels[1], area "half to 95 % of waits"`) ||
		!strings.Contains(err.Error(), "X[7]") {
		t.Errorf("a fault of a mark: %v, %v", f, err)
	}
}
