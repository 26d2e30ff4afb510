package config

import (
	"fmt"
	"strings"
)

// Reference is the page of documentation about every key, in Markdown. It comes
// from the description that the decoder follows.
func Reference() string {
	var b strings.Builder
	b.WriteString(referenceHead)
	whole().reference(&b, "")
	return b.String()
}

const referenceHead = `# config.toml

One file, TOML. Looked for in this order: ` + "`--config`, `$TWIROUTER_CONFIG`, `./config.toml`, `$XDG_CONFIG_HOME/twirouter/config.toml`, `/etc/twirouter/config.toml`" + `.
Without any file everything has its default, and the scripts are those in ` + "`./scripts`" + `.

- A key that is not on this page is an error, told with the key that was probably meant. Every problem is told at once, as
  ` + "`file:line:col: what (hint)`" + `; line and column are those of the first byte of the key, or of the name in a ` + "`[header]`" + `.
- ` + "`${NAME}`" + ` in a value is the environment variable, ` + "`${NAME:-default}`" + ` one that may be unset, ` + "`$${`" + ` is ` + "`${`" + ` itself. A variable that is not set is an error.
- ` + "`KEY_file`" + ` stands for the key of a secret, a fallback or TLS and names the file that the value is in. Relative paths start at the
  folder of config.toml; ` + "`~`" + ` is not expanded.
- Sizes are ` + "`\"32MiB\"`" + `, durations ` + "`\"10s\"`, `\"1h30m\"`, `\"30d\"`" + `.
- The file is read again when it changes. If anything in it is wrong, what was loaded before goes on.

` + "`twirouter config show`" + ` prints what is in force, ` + "`twirouter config schema`" + ` the JSON Schema for editors, ` + "`twirouter check`" + ` every problem.

This page is generated: ` + "`go test ./router/config -run TestReference -update`" + `.
`

func (sp *spec) reference(b *strings.Builder, path string) {
	var single, deeper []*spec
	for _, kid := range sp.kids {
		if kid.kids == nil || kid.or != "" {
			single = append(single, kid)
		}
		if kid.kids != nil {
			deeper = append(deeper, kid)
		}
	}
	if len(single) > 0 {
		b.WriteString("\n| key | value | default | |\n| --- | --- | --- | --- |\n")
	}
	for _, kid := range single {
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", kid.name, cell(kid.noun()), cell(kid.standing()), prose(kid.doc))
	}
	for _, kid := range deeper {
		under := strings.TrimPrefix(path+"."+kid.name, ".")
		if kid.shape == group {
			under += ".NAME"
		}
		fmt.Fprintf(b, "\n## [%s]\n\n%s\n", under, prose(kid.doc))
		kid.reference(b, under)
	}
}

// noun says what the value of a key is.
func (sp *spec) noun() string {
	what := sp.scalar.noun
	if sp.scalar.enum == nil && sp.scalar.like != "" {
		what += ", like `" + sp.scalar.like + "`"
	}
	switch sp.shape {
	case list:
		if sp.or == "one" {
			return what + ", or a list of them"
		}
		return "a list; each entry " + what
	case vars:
		return "a table; each value " + what
	case freeform:
		return "a table"
	case table:
		return sp.scalar.noun + ", or a table"
	}
	return what
}

// standing says what counts if the key is left out.
func (sp *spec) standing() string {
	switch {
	case sp.required:
		return "required"
	case sp.fallback == "":
		return ""
	case sp.shape == list:
		return "`[\"" + strings.ReplaceAll(sp.fallback, ",", `", "`) + "\"]`"
	case sp.scalar.kind == "string":
		return "`\"" + sp.fallback + "\"`"
	}
	return "`" + sp.fallback + "`"
}

// cell keeps text from ending a cell of a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// prose keeps stars and underscores from being read as emphasis.
func prose(text string) string {
	return strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`).Replace(text)
}
