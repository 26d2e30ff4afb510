package twilio

// A nameStyle says how a value of Twilio's becomes part of a kind's name.
type nameStyle uint8

const (
	spellWord   nameStyle = iota // "no-answer", "partially_delivered": one word
	spellDotted                  // "task-queue.entered": words with dots between
	spellCamel                   // "MessageAdded": a hyphen before every capital
)

// The most that a value may give to a name: one word of it, and all of it.
// Whatever is longer is nobody's event and passes as unknown.
const (
	longestWord = 40
	longestName = 160
)

// appendName appends value to a name and reports whether it is fit for one: a
// word has 1 to 40 of a-z, 0-9 and "-"; capitals become small, "_" and space "-".
func (s nameStyle) appendName(buf []byte, value string) ([]byte, bool) {
	if len(value) > longestName {
		return buf, false
	}
	word := 0
	for i := 0; i < len(value); i++ {
		c := value[i]
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-':
		case 'A' <= c && c <= 'Z':
			if s == spellCamel && i > 0 && beginsWord(value, i) {
				buf = append(buf, '-')
				word++
			}
			c += 'a' - 'A'
		case c == '_', c == ' ':
			c = '-'
		case c == '.' && s == spellDotted && word > 0:
			buf = append(buf, '.')
			word = 0
			continue
		default:
			return buf, false
		}
		buf = append(buf, c)
		if word++; word > longestWord {
			return buf, false
		}
	}
	return buf, word > 0
}

// beginsWord reports whether the capital at i begins a word: what stands before
// it is small, or what follows it is, as in "GetURLFor".
func beginsWord(s string, i int) bool {
	if before := s[i-1]; 'a' <= before && before <= 'z' || '0' <= before && before <= '9' {
		return true
	}
	return 'A' <= s[i-1] && s[i-1] <= 'Z' && i+1 < len(s) && 'a' <= s[i+1] && s[i+1] <= 'z'
}
