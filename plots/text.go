package plots

import (
	"fmt"
	"image/color"
	"strings"
	"sync"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// sans is Liberation Sans, parsed once.
var sans = sync.OnceValue(func() *sfnt.Font {
	face := font.NewCache(liberation.Collection()).Lookup(font.Font{Typeface: "Liberation", Variant: "Sans"}, 1)
	return face.Face
})

// faceOf is the font in a size.
func faceOf(size vg.Length) font.Face {
	return font.Face{Font: font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}, Face: sans()}
}

// An ink is how a text looks: its size and its colour.
type ink struct {
	size  vg.Length
	color color.Color
}

// An align says which part of a text lies at the given point: 0 its left end,
// ½ its middle, 1 its right end.
type align float64

const (
	left   align = 0
	middle align = 0.5
	right  align = 1
)

func (k ink) width(s string) vg.Length {
	_, w := outline(s, k.size)
	return w
}

// capital is the height of a digit or capital letter above the baseline.
func (k ink) capital() vg.Length { return 0.69 * k.size }

// leading is the distance between baselines.
func (k ink) leading() vg.Length { return 1.3 * k.size }

// write draws one line of text on a baseline.
func (k ink) write(c draw.Canvas, x, baseline vg.Length, a align, s string) {
	k.writeOn(nil, c, x, baseline, a, s)
}

// writeOn is write with an edge in the colour of the ground, so that the text
// shows on lines; nil: none.
func (k ink) writeOn(ground color.Color, c draw.Canvas, x, baseline vg.Length, a align, s string) {
	s = strings.ReplaceAll(strings.Map(printable, s), "  ", "\u00a0\u00a0") // which an SVG would show as one
	path, w := outline(s, k.size)
	x -= vg.Length(a) * w
	if ground != nil {
		c.Push()
		c.Translate(vg.Point{X: x, Y: baseline})
		c.SetLineStyle(draw.LineStyle{Color: ground, Width: 2.4})
		c.Stroke(path)
		c.Pop()
	}
	c.SetColor(k.color)
	for _, r := range runs(s, k.size) {
		c.FillString(faceOf(r.size), vg.Point{X: x + r.x, Y: baseline + r.rise}, r.text)
	}
}

// printable replaces what an XML file may not hold, such as control characters.
// Source: Extensible Markup Language 1.0, section 2.2.
func printable(r rune) rune {
	if r < ' ' || r >= 0xd800 && r <= 0xdfff || r == 0xfffe || r == 0xffff {
		return '\ufffd'
	}
	return r
}

// A run is a part of a text of one size on one line: ordinary letters, raised or
// lowered digits.
type run struct {
	text          string
	x, rise, size vg.Length
}

// runs cuts a text at its raised and lowered digits, which become ordinary ones.
func runs(s string, size vg.Length) (list []run) {
	for i, r := range s {
		text, at := string(r), run{size: size}
		if digit, ok := superscripts[r]; ok {
			text, at.size, at.rise = string(digit), scriptSize*size, superRise*size
		} else if digit, ok := subscripts[r]; ok {
			text, at.size, at.rise = string(digit), scriptSize*size, subRise*size
		}
		if n := len(list); n > 0 && list[n-1].rise == at.rise {
			list[n-1].text += text
			continue
		}
		_, at.x = outline(s[:i], size)
		at.text = text
		list = append(list, at)
	}
	return list
}

// Sizes of raised and lowered digits, as shares of the text's.
const (
	scriptSize = 0.65
	superRise  = 0.35
	subRise    = -0.15
)

// An outlined canvas draws text as glyph outlines, so that it looks the same wherever
// it is opened.
type outlined struct{ vg.Canvas }

// FillString implements [vg.Canvas].
func (c outlined) FillString(f font.Face, at vg.Point, s string) {
	path, _ := outline(s, f.Font.Size)
	c.Push()
	c.Translate(at)
	c.Fill(path)
	c.Pop()
}

// wrap breaks s at spaces, except before a percent sign and around an equals
// sign, into lines no wider than width. Newlines stay; a single word may be wider
// than the line.
func (k ink) wrap(s string, width vg.Length) []string {
	var lines []string
	s = strings.NewReplacer(" %", "\u00a0%", " = ", "\u00a0=\u00a0").Replace(s)
	for paragraph := range strings.SplitSeq(s, "\n") {
		line := ""
		for word := range strings.FieldsFuncSeq(paragraph, func(r rune) bool { return r == ' ' }) {
			switch longer := line + " " + word; {
			case line == "":
				line = word
			case k.width(longer) <= width:
				line = longer
			default:
				lines = append(lines, line)
				line = word
			}
		}
		if line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// Superscripts and subscripts are drawn from the ordinary digits, since
// Liberation Sans lacks some of them and spaces others widely.
var (
	superscripts = map[rune]rune{
		'⁰': '0', '¹': '1', '²': '2', '³': '3', '⁴': '4',
		'⁵': '5', '⁶': '6', '⁷': '7', '⁸': '8', '⁹': '9', '⁻': '−',
	}
	subscripts = map[rune]rune{
		'₀': '0', '₁': '1', '₂': '2', '₃': '3', '₄': '4',
		'₅': '5', '₆': '6', '₇': '7', '₈': '8', '₉': '9', '₋': '−',
	}
)

// outline returns the glyphs of s as one path that starts at the origin, and
// the width of the text.
func outline(s string, size vg.Length) (vg.Path, vg.Length) {
	var (
		f     = sans()
		em    = fixed.Int26_6(f.UnitsPerEm()) // one unit of the font is 1/64 of a "pixel"
		buf   sfnt.Buffer
		path  vg.Path
		pen   vg.Length
		prev  sfnt.GlyphIndex
		first = true
	)
	must := func(err error) {
		if err != nil {
			panic(fmt.Sprintf("plots: embedded font: %v", err)) // cannot depend on input: unknown runes have glyph 0
		}
	}
	for _, r := range s {
		scale, rise := size/vg.Length(em), vg.Length(0)
		if digit, ok := superscripts[r]; ok {
			r, scale, rise = digit, scriptSize*scale, superRise*size
		} else if digit, ok := subscripts[r]; ok {
			r, scale, rise = digit, scriptSize*scale, subRise*size
		}
		glyph, err := f.GlyphIndex(&buf, r)
		must(err)
		if !first && rise == 0 {
			if kern, err := f.Kern(&buf, prev, glyph, em, 0); err == nil {
				pen += vg.Length(kern) * scale
			}
		}
		segments, err := f.LoadGlyph(&buf, glyph, em, nil)
		must(err)
		at := func(p fixed.Point26_6) vg.Point {
			return vg.Point{X: pen + vg.Length(p.X)*scale, Y: rise - vg.Length(p.Y)*scale}
		}
		for i, seg := range segments {
			switch seg.Op {
			case sfnt.SegmentOpMoveTo:
				if i > 0 {
					path.Close()
				}
				path.Move(at(seg.Args[0]))
			case sfnt.SegmentOpLineTo:
				path.Line(at(seg.Args[0]))
			case sfnt.SegmentOpQuadTo:
				path.QuadTo(at(seg.Args[0]), at(seg.Args[1]))
			case sfnt.SegmentOpCubeTo:
				path.CubeTo(at(seg.Args[0]), at(seg.Args[1]), at(seg.Args[2]))
			}
		}
		if len(segments) > 0 {
			path.Close()
		}
		advance, err := f.GlyphAdvance(&buf, glyph, em, 0)
		must(err)
		pen += vg.Length(advance) * scale
		prev, first = glyph, false
	}
	return path, pen
}
