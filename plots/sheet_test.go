package plots

import (
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
)

func TestSpread(t *testing.T) {
	for _, tt := range []struct {
		name    string
		heights []vg.Length
		lo, hi  vg.Length
		want    []vg.Length
	}{
		{"apart already", []vg.Length{50, 10, 30}, 0, 100, []vg.Length{50, 10, 30}},
		{"tied, in order given", []vg.Length{20, 20, 20}, 0, 100, []vg.Length{20, 30, 40}},
		{"at the top", []vg.Length{100, 98}, 0, 100, []vg.Length{100, 90}},
		{"at the bottom", []vg.Length{0, 1}, 0, 100, []vg.Length{0, 10}},
		{"beyond", []vg.Length{-5, 120}, 0, 100, []vg.Length{0, 100}},
		{"none", nil, 0, 100, []vg.Length{}},
	} {
		if got := spread(tt.heights, 10, tt.lo, tt.hi); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestWrap(t *testing.T) {
	for width := vg.Length(100); width < 468; width += 41 {
		lines := captionInk.wrap(caption, width)
		for _, line := range lines {
			if w := captionInk.width(line); w > width {
				t.Errorf("width %v: %v wide: %q", width, w, line)
			}
			if strings.HasPrefix(line, "%") {
				t.Errorf("width %v: a percent sign is parted from its number: %q", width, line)
			}
		}
		if got := strings.ReplaceAll(strings.Join(lines, " "), "\u00a0", " "); got != caption {
			t.Errorf("width %v: words are lost: %q", width, got)
		}
	}
	const width = 468
	if got := captionInk.wrap("one\n\ntwo", width); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("paragraphs: %q", got)
	}
	if got := captionInk.wrap("Donaudampfschiff", 5); !slices.Equal(got, []string{"Donaudampfschiff"}) {
		t.Errorf("long word: %q", got)
	}
}

// A legend never leaves the page and its keys never overlap.
func TestArrange(t *testing.T) {
	var legend []entry
	for i := range 12 {
		legend = append(legend, lineKey(strings.Repeat("name ", i%4+1), looks[0].line(thin)))
	}
	rows := arrange(legend, 300)
	n := 0
	for _, row := range rows {
		end := vg.Length(0)
		for _, k := range row {
			if k.x < end {
				t.Errorf("key at %v overlaps the one before, which ends at %v", k.x, end)
			}
			end = k.x + k.wide + 4 + tickInk.width(k.name)
			n++
		}
		if end > 300 {
			t.Errorf("a row ends at %v", end)
		}
	}
	if n != len(legend) || len(rows) < 2 {
		t.Errorf("%d keys in %d rows", n, len(rows))
	}
}

// Text is as wide as its glyphs: scripts are smaller, kerning counts, and an
// unknown letter still takes room.
func TestTextWidth(t *testing.T) {
	k := ink{size: 10}
	if got := k.width("0"); got != vg.Length(10)*1139/2048 { // the advance of a digit in Liberation Sans
		t.Errorf("a digit is %v wide", got)
	}
	if script, digit := k.width("²"), k.width("2"); !(script < 0.7*digit && script > 0.6*digit) {
		t.Errorf("superscript %v, digit %v", script, digit)
	}
	if pair, apart := k.width("AV"), k.width("A")+k.width("V"); !(pair < apart) {
		t.Errorf("AV is %v wide, A and V %v", pair, apart)
	}
	if w := k.width("漢"); !(w > 0) {
		t.Errorf("an unknown letter is %v wide", w)
	}
}
