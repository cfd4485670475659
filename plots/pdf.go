package plots

import (
	"bytes"
	"image/color"
	"io"
	"regexp"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgpdf"
)

// pdfDates are the times that the writer puts into a PDF.
var pdfDates = regexp.MustCompile(`\(D:\d{14}`)

// WritePDF writes the figure as vectors on a page of its own size, text as
// outlines. The dates in it are always the same, so that its bytes are.
func (f *Figure) WritePDF(w io.Writer) error {
	c := vgpdf.New(f.width, f.height)
	f.replay(outlined{settledDigits(pdfCanvas{c})})
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return err
	}
	// Dates are replaced by others of the same length: a PDF counts its bytes.
	_, err := w.Write(pdfDates.ReplaceAll(b.Bytes(), []byte("(D:20000101000000")))
	return err
}

// A pdfCanvas hands translucent colours on as a PDF wants them. The writer takes
// the components of [color.Color], which have been multiplied by the opacity, and
// sets the opacity too, which then counts twice and turns pale into grey.
type pdfCanvas struct{ vg.Canvas }

func (c pdfCanvas) SetColor(x color.Color) { c.Canvas.SetColor(straight{x}) }

// straight is a colour whose components have not been multiplied by its opacity.
type straight struct{ color.Color }

func (s straight) RGBA() (r, g, b, a uint32) {
	n := color.NRGBAModel.Convert(s.Color).(color.NRGBA)
	wide := func(v uint8) uint32 { return uint32(v) * 0x101 }
	return wide(n.R), wide(n.G), wide(n.B), wide(n.A)
}
