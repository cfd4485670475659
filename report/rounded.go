package report

import (
	"math"
	"slices"
	"strconv"
)

// FileDigits are the significant digits of numbers in path.csv and events.csv. Those files have a million
// numbers, which in their shortest exact form would be nearly twice as long and take four times as long to
// write.
const FileDigits = 10

// powersOfTen are those that a float64 has exactly.
var powersOfTen = [...]float64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
	1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// appendRounded writes v to FileDigits significant digits, without zeros at their end. The text is that of
// strconv.AppendFloat(buf, v, 'g', FileDigits, 64), which takes longer.
//
// A product makes v a number of ten digits before its point, and rounds it by a millionth of a unit at most.
// Where that could decide which integer is the nearest, and beyond the powers at hand, strconv writes.
func appendRounded(buf []byte, v float64) []byte {
	const (
		most = 1e10 // above the integers of ten digits
		near = 1e-5 // a tie
	)
	size := math.Abs(v)
	if !(size > 1e-12 && size < 9e9) {
		if v == 0 && !math.Signbit(v) {
			return append(buf, '0')
		}
		return strconv.AppendFloat(buf, v, 'g', FileDigits, 64)
	}
	two := int(math.Float64bits(size)>>52) - 1023
	ten := two * 78913 >> 18 // the exponent of ten, ⌊two·log₁₀2⌋, or one less
	scaled := float64(size * powersOfTen[FileDigits-1-ten])
	if scaled >= most {
		ten++
		scaled = float64(size * powersOfTen[FileDigits-1-ten])
	}
	n := uint64(scaled)
	switch rest := scaled - float64(n); {
	case math.Abs(rest-0.5) < near:
		return strconv.AppendFloat(buf, v, 'g', FileDigits, 64)
	case rest > 0.5:
		if n++; n == most {
			n = most / 10
			ten++
		}
	}

	const room = len("-0.0001234567890")
	buf = slices.Grow(buf, room)
	begin := len(buf)
	text := buf[begin : begin+room]
	if v < 0 {
		text[0] = '-'
		text = text[1:]
		begin++
	}
	point := 1 // where it stands
	first := 1 // where the digits begin
	switch {
	case ten >= 0:
		point = ten + 1
	case ten >= -4:
		copy(text, "0.000")
		first = 1 - ten
	}
	digits := text[first : first+FileDigits]
	low := uint32(n % 1e8)
	pair(digits[0:], uint32(n/1e8))
	pair(digits[2:], low/1e6)
	pair(digits[4:], low/1e4%100)
	pair(digits[6:], low/1e2%100)
	pair(digits[8:], low%100)
	end := first + FileDigits
	for text[end-1] == '0' {
		end--
	}
	if first > 1 {
		return buf[:begin+end]
	}
	for i := range point { // make room for the point
		text[i] = text[i+1]
	}
	text[point] = '.'
	if end <= point+1 {
		end = point
	}
	buf = buf[:begin+end]
	if ten < 0 {
		buf = append(buf, 'e', '-', byte('0'-ten/10), byte('0'-ten%10))
	}
	return buf
}

// pairs are the numbers below a hundred in two digits.
const pairs = "00010203040506070809" + "10111213141516171819" + "20212223242526272829" + "30313233343536373839" +
	"40414243444546474849" + "50515253545556575859" + "60616263646566676869" + "70717273747576777879" +
	"80818283848586878889" + "90919293949596979899"

func pair(to []byte, n uint32) { to[0], to[1] = pairs[2*n], pairs[2*n+1] }
