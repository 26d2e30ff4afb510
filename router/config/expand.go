package config

import (
	"fmt"
	"strings"
)

// Getenv looks a variable of the environment up, as os.LookupEnv does.
type Getenv func(name string) (value string, set bool)

// expand puts variables of the environment into a string of the file: ${NAME},
// or ${NAME:-default} where it may be unset or empty. $${ is ${ itself. Only
// values are expanded, once, after the file was decoded: what a variable holds
// is never read as TOML, nor expanded again.
func expand(s string, getenv Getenv) (string, *fault) {
	if !strings.Contains(s, "${") {
		return s, nil
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		switch rest := s[i:]; {
		case strings.HasPrefix(rest, "$${"):
			b.WriteString("${")
			i += len("$${")
		case strings.HasPrefix(rest, "${"):
			inside, _, closed := strings.Cut(rest[len("${"):], "}")
			name, fallback, optional := strings.Cut(inside, ":-")
			if !closed || !variable(name) {
				return "", &fault{what: "${ is not followed by the name of a variable and }", hint: "write ${NAME} or ${NAME:-default}; $${ is ${ itself"}
			}
			value, set := getenv(name)
			switch {
			case optional && value == "":
				value = fallback
			case !set:
				return "", &fault{what: fmt.Sprintf("the environment variable %s is not set", name), hint: fmt.Sprintf("set it, or write ${%s:-default}", name)}
			}
			b.WriteString(value)
			i += len("${") + len(inside) + len("}")
		default:
			b.WriteByte(s[i])
			i++
		}
	}
	return b.String(), nil
}

func variable(name string) bool {
	for i := range len(name) {
		c := name[i]
		if !('a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || i > 0 && '0' <= c && c <= '9') {
			return false
		}
	}
	return name != ""
}
