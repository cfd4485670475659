package plots

import (
	"image/color"
	"math"
)

// ramp goes from pale through the blues of the house to a violet, so that more is
// darker in grey too. The eye tells two colours a tenth of the way apart equally
// well everywhere: they are 9 to 15 units of CIELAB from each other.
func ramp(share float64) color.NRGBA {
	return mixed(share, []color.NRGBA{
		{0xf4, 0xf1, 0xe4, 0xff}, {0x9f, 0xcd, 0xdb, 0xff}, {0x51, 0x9c, 0xc6, 0xff},
		{0x3a, 0x63, 0xab, 0xff}, {0x3f, 0x14, 0x5c, 0xff},
	})
}

// diverge goes from pale at 0 to the red of the house at -1 and to its blue at 1.
// Printed in grey, the two cannot be distinguished; HeatMap therefore draws a line between
// them.
func diverge(share float64) color.NRGBA {
	if share < 0 {
		return mixed(-share, []color.NRGBA{
			{0xf7, 0xf5, 0xf0, 0xff}, {0xe3, 0xa9, 0xae, 0xff}, {0xbb, 0x55, 0x66, 0xff}, {0x75, 0x1f, 0x33, 0xff},
		})
	}
	return mixed(share, []color.NRGBA{
		{0xf7, 0xf5, 0xf0, 0xff}, {0x9d, 0xbd, 0xd9, 0xff}, {0x33, 0x77, 0xb5, 0xff}, {0x00, 0x38, 0x70, 0xff},
	})
}

// mixed is the colour at a share of the way through stops.
func mixed(share float64, stops []color.NRGBA) color.NRGBA {
	at := max(0, min(share, 1)) * float64(len(stops)-1)
	i := min(int(at), len(stops)-2)
	mix := func(a, b uint8) uint8 {
		return uint8(math.Round(float64(a) + float64((at-float64(i))*(float64(b)-float64(a)))))
	}
	a, b := stops[i], stops[i+1]
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 0xff}
}

// textOn is the colour of text on fill: white or full black, whichever contrasts
// more. That is at least the 4.5 that readers need.
// Source: WCAG 2.2, success criterion 1.4.3.
func textOn(fill color.NRGBA) color.NRGBA {
	if 1.05/(luminance(fill)+0.05) > (luminance(fill)+0.05)/0.05 {
		return white
	}
	return color.NRGBA{A: 0xff}
}

// luminance is the light of a colour relative to white.
// Source: WCAG 2.2, relative luminance; IEC 61966-2-1 (sRGB).
func luminance(c color.NRGBA) float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}
