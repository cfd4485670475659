package report

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
	"strconv"
)

// FileDigits are the significant digits of numbers in path.csv and events.csv. Those files have a million
// numbers, which in their shortest exact form would be half as long again and take several times as long to
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
	high := n / 1e8
	low := eightDigits(n - 1e8*high)
	digits[0], digits[1] = byte('0'+high/10), byte('0'+high%10)
	binary.LittleEndian.PutUint64(digits[2:], low|asText)
	end := first + FileDigits - bits.LeadingZeros64(low)/8
	if low == 0 && high%10 == 0 {
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

// asText turns eight digits into text.
const asText = 0x3030303030303030

// eightDigits are the digits of n below 1e8, a byte each, the first in the lowest. It halves them three times, each
// time all parts at once: a product by a reciprocal and a shift is the quotient of each part.
func eightDigits(n uint64) uint64 {
	q := n / 1e4
	n = q | (n-1e4*q)<<32
	q = n * 10486 >> 20 & 0x0000007f_0000007f // hundreds
	n = q | (n-100*q)<<16
	q = n * 103 >> 10 & 0x000f000f_000f000f // tens
	return q | (n-10*q)<<8
}
