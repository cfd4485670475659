package plots

import (
	"image/color"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"mcrisk/analytics"
)

// A row is one lying bar, with its name at the left and its value at the right.
type row struct {
	name     string
	from, to float64 // of the bar
	lo, hi   float64 // of its whisker; NaN: none
	value    string
	fill     color.Color
}

// rows lie one below the other.
type rows struct {
	list   []row
	header string // of the values
}

// place is the middle of row i.
func (r rows) place(i int) float64 { return rowPlace(i, len(r.list)) }

// panel has the axes for the rows; paint draws into it.
func (r rows) panel(xlabel string, factor float64, paint func(plane)) panel {
	xs, room := nothing(), tickInk.width(r.header)
	xs.include(0)
	names := make([]string, len(r.list))
	for i, q := range r.list {
		xs.include(q.from, q.to, q.lo, q.hi)
		names[i] = q.name
		room = max(room, tickInk.width(q.value))
	}
	return panel{
		xlabel: xlabel, x: xs.linear(factor, 7), y: rowsAxis(names), upright: true,
		top: tickInk.leading(), right: room + leader, paint: paint,
	}
}

// height is what the rows need on a sheet.
func (r rows) height() vg.Length { return vg.Length(max(1, len(r.list)))*17 + 56 }

// rowHalf is half the thickness of a bar.
const rowHalf = 0.3

func (r rows) head(p plane) { tickInk.write(p.Canvas, p.Max.X+leader, p.Max.Y+3, left, r.header) }

// bar draws the bar of row i.
func (r rows) bar(p plane, i int) {
	q := r.list[i]
	p.bar(q.fill, q.from, r.place(i)-rowHalf, q.to, r.place(i)+rowHalf)
}

// value draws the whisker of row i and writes its value.
func (r rows) value(p plane, i int) {
	q := r.list[i]
	p.sideWhisker(draw.LineStyle{Color: black, Width: 0.8}, r.place(i), q.lo, q.hi)
	p.beside(r.place(i), q.value)
}

// zero reports whether an estimate is zero on every path.
func zero(e analytics.Estimate) bool { return e.Value == 0 && !(e.Hi > e.Lo) }

// absent names what is zero throughout and so has no row.
func absent(names []string) []string {
	if len(names) == 0 {
		return nil
	}
	return []string{"Zero throughout and not drawn: " + strings.Join(names, ", ") + "."}
}
