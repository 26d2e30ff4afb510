package router

import "strings"

// MaskNumbers replaces everything in s that looks like a telephone number by
// asterisks and its last four digits: a "+" and 7 to 15 digits, which may be
// spaced as people write them, or 10 to 15 digits without a "+". Digits inside
// a word, as in a SID, are left alone.
func MaskNumbers(s string) string {
	var b strings.Builder
	kept := 0 // s[:kept] is in b
	for i := 0; i < len(s); {
		end, digits := number(s, i)
		least := 10
		if s[i] == '+' {
			least = 7
		}
		if digits < least || digits > 15 {
			i += max(end-i, 1)
			continue
		}
		b.WriteString(s[kept:i])
		b.WriteString("***")
		b.WriteString(lastDigits(s[i:end]))
		i, kept = end, end
	}
	if kept == 0 {
		return s
	}
	b.WriteString(s[kept:])
	return b.String()
}

// number returns where the number that begins at s[i] ends, and how many digits
// it has; 0 if none begins there.
func number(s string, i int) (end, digits int) {
	plus := s[i] == '+'
	if !plus && !isDigit(s[i]) || i > 0 && wordByte(s[i-1]) {
		return i + 1, 0
	}
	end = i
	for j := i; j < len(s); j++ {
		switch c := s[j]; {
		case isDigit(c):
			digits++
			end = j + 1
		case j == i && plus:
		case plus && strings.IndexByte(" -.()", c) >= 0 && j-end < 2:
		case wordByte(c) && j == end:
			return j, 0 // a word that begins with digits
		default:
			return max(end, i+1), digits
		}
	}
	return max(end, i+1), digits
}

func lastDigits(s string) string {
	var last []byte
	for i := len(s) - 1; i >= 0 && len(last) < 4; i-- {
		if isDigit(s[i]) {
			last = append(last, s[i])
		}
	}
	for i, j := 0, len(last)-1; i < j; i, j = i+1, j-1 {
		last[i], last[j] = last[j], last[i]
	}
	return string(last)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func wordByte(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
}
