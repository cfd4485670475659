// Package plots draws the figures of a study in one style: fan, decay, drawdown, cost
// drag, sensitivity and others. [New] draws figures of other kinds from panels and marks.
//
// Every constructor takes one struct of plain data and returns a Figure, or an error
// that names every field at fault and what was wanted there. Times are in years, rates
// per year, shares are fractions of one, decay is in log units; percent and days exist
// only on the axes. Nothing here estimates anything, apart from sorting values into bins
// and counting how many exceed a level.
//
// The same input gives the same bytes. Text is set in Liberation Sans. PNG and PDF have
// it as glyph outlines, so they look the same wherever they are opened. SVG has it as
// text, which can be searched and read aloud, in fonts of the same widths, and fitted to
// these widths where only others are there.
package plots

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"hash/crc32"
	"html"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// A Figure is a finished drawing of a fixed size. It does not change after its
// constructor returns, and may be written any number of times.
type Figure struct {
	width, height vg.Length
	title         string
	caption       string // with the figure's own notes
	strokes       recorder.Canvas
}

// record keeps what paint draws on a white page of the given size, in whole points so
// that no canvas rounds it.
func record(width, height vg.Length, title, caption string, paint func(draw.Canvas)) *Figure {
	width, height = vg.Length(whole(width, 1)), vg.Length(whole(height, 1))
	f := &Figure{width: width, height: height, title: title, caption: caption}
	c := draw.NewCanvas(&f.strokes, width, height)
	c.SetColor(white)
	c.Fill(c.Rectangle.Path())
	paint(c)
	return f
}

// Size returns width and height in inches.
func (f *Figure) Size() (width, height float64) {
	return float64(f.width / vg.Inch), float64(f.height / vg.Inch)
}

// WritePNG writes the figure at 200 dots per inch on white.
func (f *Figure) WritePNG(w io.Writer) error { return f.writePNG(w, 200) }

func (f *Figure) writePNG(w io.Writer, dpi int) error {
	c := vgimg.NewWith(vgimg.UseWH(f.width, f.height), vgimg.UseDPI(dpi))
	f.replay(outlined{settledPixels(c, dpi)})
	var b bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: c}).WriteTo(&b); err != nil {
		return err
	}
	const header = 8 + 25 // the signature and the IHDR chunk, which pHYs has to follow
	_, err := w.Write(slices.Concat(b.Bytes()[:header], resolution(dpi), b.Bytes()[header:]))
	return err
}

// resolution is the PNG chunk that says how many pixels make a metre, so that a
// paper shows the figure at its own size.
// Source: PNG specification, third edition, 11.3.4.3 (pHYs).
func resolution(dpi int) []byte {
	perMetre := uint32(math.Round(float64(dpi) / 0.0254))
	chunk := binary.BigEndian.AppendUint32(nil, 9) // length of the data
	chunk = append(chunk, "pHYs"...)
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = append(chunk, 1) // the unit is the metre
	return binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
}

// WriteSVG writes the figure as a file of vectors on white, with its title and
// caption as text for those who search or listen.
func (f *Figure) WriteSVG(w io.Writer) error {
	head, body, err := f.vectors()
	if err != nil {
		return err
	}
	_, err = w.Write(slices.Concat(head, f.words("", ""), body))
	return err
}

// WriteInline writes the figure as an svg element to stand in a page of HTML. The
// element has the id given, its title and description that id with -title and
// -desc, and nothing else in it has one; so figures of different ids can share a
// page. The id begins with a letter and goes on in letters, digits, hyphens and
// underscores, all of ASCII; any other is an error and nothing is written.
//
// The element is as large as the figure; a page that is narrower can shrink it, as
// by the style max-width: 100%; height: auto.
func (f *Figure) WriteInline(w io.Writer, id string) error {
	if !inlineID.MatchString(id) {
		return fmt.Errorf("plots: id %q of an inline figure; want a letter, then letters, digits, - and _", id)
	}
	head, body, err := f.vectors()
	if err != nil {
		return err
	}
	_, head, _ = bytes.Cut(head, []byte("<svg "))
	element := fmt.Sprintf(`<svg id="%s" role="img" aria-labelledby="%[1]s-title %[1]s-desc" `, id)
	_, err = w.Write(slices.Concat([]byte(element), head, f.words(` id="`+id+`-title"`, ` id="`+id+`-desc"`), body))
	return err
}

var inlineID = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// vectors returns an SVG in two parts, between which its words belong: what comes
// before the drawing, and the drawing. Paths and text are all it has, so there are no
// ids in it.
func (f *Figure) vectors() (head, body []byte, err error) {
	c := vgsvg.New(f.width, f.height)
	f.replay(settledDigits(c))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, nil, err
	}
	at := bytes.Index(b.Bytes(), []byte("<g "))
	body = textElement.ReplaceAllFunc(b.Bytes()[at:], fitted)
	return b.Bytes()[:at], bytes.Replace(body, []byte("<g "), []byte(`<g font-family="`+fontFamily+`" `), 1), nil
}

// textElement is a text as the writer of SVG writes it: its place, its style with the
// size of its letters, and itself.
var textElement = regexp.MustCompile(
	`<text (x="[^"]*" y="[^"]*") transform="scale\(1, -1\)"\s*style="[^"]*font-size:([0-9.]+)px([^"]*)">([^<]*)</text>`)

// fontFamily are fonts with letters of the widths of Liberation Sans, then any other.
const fontFamily = "Liberation Sans,Arial,Helvetica,sans-serif"

// fitted is a text in the first font of the family that there is, squeezed or stretched
// to the width that it has in Liberation Sans, so that nothing moves.
func fitted(element []byte) []byte {
	part := textElement.FindSubmatch(element)
	size, err := strconv.ParseFloat(string(part[2]), 64)
	if err != nil {
		panic(fmt.Sprintf("plots: size of %s: %v", element, err)) // as the writer of SVG wrote it
	}
	_, width := outline(html.UnescapeString(string(part[4])), vg.Length(size))
	fill := strings.TrimPrefix(string(part[3]), ";fill:")
	if fill == "" {
		fill = "#000"
	}
	return fmt.Appendf(nil, `<text %s transform="scale(1,-1)" font-size="%s" fill="%s" textLength="%.2f" `+
		`lengthAdjust="spacingAndGlyphs">%s</text>`, part[1], part[2], fill, whole(width, 100)/100, part[4])
}

// words are the elements of title and caption, with the attributes given.
func (f *Figure) words(ofTitle, ofCaption string) []byte {
	var b bytes.Buffer
	b.WriteString("<title" + ofTitle + ">")
	xml.EscapeText(&b, []byte(f.title))
	b.WriteString("</title>\n<desc" + ofCaption + ">")
	xml.EscapeText(&b, []byte(f.caption))
	b.WriteString("</desc>\n")
	return b.Bytes()
}

func (f *Figure) replay(c vg.Canvas) {
	for _, a := range f.strokes.Actions {
		if text, ok := a.(*recorder.FillString); ok { // whose font the recorder knows by name only
			c.FillString(faceOf(text.Size), text.Point, text.String)
			continue
		}
		a.ApplyTo(c)
	}
}
