// Package plots draws the figures of a study in one house style: fan, decay,
// drawdown, cost drag, sensitivity and others, and with [New] those that nobody
// here has thought of.
//
// Every constructor takes one struct of plain data and returns a Figure, or an
// error that names every field at fault and what was wanted there. Numbers arrive as package analytics and
// its neighbours keep them: time in years, rates per year, fractions of one,
// decay in log units. Percent and days exist only on the axes. Nothing here
// estimates anything; sorting values into bins and counting how many exceed a
// level is as far as it goes.
//
// The same input gives the same bytes. Text is drawn as glyph outlines of
// Liberation Sans, so a figure looks the same wherever it is opened.
package plots

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"regexp"
	"slices"

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

// record keeps what paint draws on a white page of the given size.
func record(width, height vg.Length, title, caption string, paint func(draw.Canvas)) *Figure {
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
	f.replay(settledPixels(c, dpi))
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
// before the drawing, and the drawing. Paths are all it has, so there are no ids in
// it.
func (f *Figure) vectors() (head, body []byte, err error) {
	c := vgsvg.New(f.width, f.height)
	f.replay(settledDigits(c))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, nil, err
	}
	at := bytes.Index(b.Bytes(), []byte("<g "))
	return b.Bytes()[:at], b.Bytes()[at:], nil
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
		a.ApplyTo(c)
	}
}
