package quad

// Least is where f, which has one minimum between a and b, is least, to a tolerance, by golden sections.
func Least(f func(x float64) float64, a, b, tolerance float64) float64 {
	const ratio = 0.6180339887498949
	c, d := b-float64(ratio*(b-a)), a+float64(ratio*(b-a))
	fc, fd := f(c), f(d)
	for b-a > tolerance {
		if fc < fd {
			b, d, fd = d, c, fc
			c = b - float64(ratio*(b-a))
			fc = f(c)
		} else {
			a, c, fc = c, d, fd
			d = a + float64(ratio*(b-a))
			fd = f(d)
		}
	}
	return (a + b) / 2
}
