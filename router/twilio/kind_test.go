package twilio

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"twirouter/router"
)

var update = flag.Bool("update", false, "write docs/events.md anew")

var kindName = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*$`)

var everyWant = []router.Wants{
	router.WantsNothing, router.WantsVoice, router.WantsMessaging, router.WantsFax, router.WantsHook,
	router.WantsTaskRouter, router.WantsFrontline, router.WantsAutopilot, router.WantsStatus,
}

func TestKindsAreWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, info := range Kinds() {
		if seen[info.Kind] {
			t.Errorf("%s is listed twice", info.Kind)
		}
		seen[info.Kind] = true
		if !kindName.MatchString(info.Kind) || info.About == "" || info.Product == "" || !info.Listed || !slices.Contains(everyWant, info.Wants) {
			t.Errorf("%+v is not whole", info)
		}
		if strings.HasPrefix(info.Kind, "eventstreams.") && info.Wants != router.WantsNothing {
			t.Errorf("%s wants %s", info.Kind, info.Wants)
		}
		if again, ok := KindInfo(info.Kind); !ok || again != info {
			t.Errorf("KindInfo(%s) is %+v", info.Kind, again)
		}
	}
	for _, kind := range []string{"message.received", "call.received", "call.no-answer", "taskrouter.assignment", "proxy.intercept", "router.reload-failed", "twilio.unknown"} {
		if !seen[kind] {
			t.Errorf("%s is not listed", kind)
		}
	}
}

// Rows that make the same name must agree on what it means.
func TestKindRowsAgree(t *testing.T) {
	for _, table := range []*kindTable{forms, bodies} {
		byKind := map[string]*compiledRow{}
		for i := range table.rows {
			row := &table.rows[i]
			first := byKind[row.head]
			if first == nil {
				byKind[row.head] = row
				continue
			}
			if row.Product != first.Product || row.SID != first.SID || row.Status != first.Status && row.Wants == first.Wants {
				t.Errorf("%s and %s disagree on product, SID or status", row.Kind, first.Kind)
			}
		}
	}
}

func TestKindInfo(t *testing.T) {
	for kind, want := range map[string]router.Wants{
		"message.huh": router.WantsNothing, "call.answered": router.WantsNothing, "app.missed": router.WantsNothing, "app.orderPaid": router.WantsNothing,
		"conversations.thing-add": router.WantsHook, "conversations.thing-added": router.WantsNothing, "conversations.thing-updated": router.WantsNothing,
		"chat.thing-send": router.WantsHook, "chat.thing-sent": router.WantsNothing, "frontline.new-thing": router.WantsFrontline,
		"eventstreams.new.thing": router.WantsNothing, "taskrouter.new.thing": router.WantsNothing, "verify.factor.new": router.WantsNothing,
		"trusthub.trust-product.new": router.WantsNothing, "sync.list-new": router.WantsNothing, "orchestrator.new-thing": router.WantsNothing,
	} {
		info, ok := KindInfo(kind)
		if !ok || info.Wants != want || info.Kind != kind || info.Product == "" {
			t.Errorf("KindInfo(%q) is %+v, %v", kind, info, ok)
		}
	}
	for _, kind := range []string{"", "x", "message", "message.", "message.A", "message.a.b", "nobody.x", "app.", "verify.other.x", "sync.other", "router.other", "recording", "message.*"} {
		if info, ok := KindInfo(kind); ok {
			t.Errorf("KindInfo(%q) is %+v", kind, info)
		}
	}
}

func TestNearestKind(t *testing.T) {
	for kind, want := range map[string]string{
		"message.recieved": "message.received", "message.recived": "message.received", "call.no_answer": "call.no-answer",
		"call.recieved": "call.received", "mesage.received": "message.received", "taskrouter.asignment": "taskrouter.assignment",
		"recording.complete": "recording.completed", "zzz": "", "": "", strings.Repeat("a", 300): "",
	} {
		if got := NearestKind(kind); got != want {
			t.Errorf("nearest to %q is %q, want %q", kind, got, want)
		}
	}
}

func TestNameStyles(t *testing.T) {
	for _, c := range []struct {
		style nameStyle
		value string
		name  string
		fit   bool
	}{
		{spellWord, "no-answer", "no-answer", true}, {spellWord, "A_b C", "a-b-c", true}, {spellWord, "", "", false},
		{spellWord, "a.b", "", false}, {spellWord, "é", "", false}, {spellWord, "\u212A", "", false}, {spellWord, strings.Repeat("a", 41), "", false},
		{spellDotted, "a.B_c", "a.b-c", true}, {spellDotted, ".a", "", false}, {spellDotted, "a.", "", false}, {spellDotted, "a..b", "", false},
		{spellDotted, strings.Repeat("abc.", 39) + "abc", strings.Repeat("abc.", 39) + "abc", true}, {spellDotted, strings.Repeat("abc.", 40) + "abc", "", false},
		{spellCamel, "MessageAdded", "message-added", true}, {spellCamel, "GetURLFor", "get-url-for", true}, {spellCamel, "A1B", "a1-b", true},
		{spellCamel, "already-kebab", "already-kebab", true}, {spellCamel, "A_B", "a-b", true},
	} {
		got, fit := c.style.appendName(nil, c.value)
		if fit != c.fit || fit && string(got) != c.name {
			t.Errorf("%q becomes %q, %v; want %q, %v", c.value, got, fit, c.name, c.fit)
		}
	}
}

func TestErrorMessage(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(errorTable, "\n"), "\n")
	if len(lines) < 1900 {
		t.Fatalf("only %d codes", len(lines))
	}
	before := ""
	for _, line := range lines {
		code, message, ok := strings.Cut(line, " ")
		if !ok || message == "" || len(code) < len(before) || len(code) == len(before) && code <= before {
			t.Errorf("%q after %s", line, before)
		}
		if got := ErrorMessage(code); got != message {
			t.Errorf("ErrorMessage(%s) is %q, want %q", code, got, message)
		}
		before = code
	}
	for _, code := range []string{"", "0", "1", "11199", "99999", "999999", "9999999", "1120", "112000", "x", "\n", " ", "11200 "} {
		if got := ErrorMessage(code); got != "" {
			t.Errorf("ErrorMessage(%q) is %q", code, got)
		}
	}
	if n := testing.AllocsPerRun(10, func() { ErrorMessage("30003") }); n != 0 {
		t.Errorf("a look-up allocates %v times", n)
	}
}

func TestCorpusErrorCodes(t *testing.T) {
	text, err := os.ReadFile(corpus(t, "error-codes.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		code, message, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if got := ErrorMessage(code); got != strings.Join(strings.Fields(message), " ") {
			t.Errorf("%s is %q, want %q", code, got, message)
		}
	}
}

// TestEventsDocument holds docs/events.md to the tables: go test -run
// EventsDocument -update writes it.
func TestEventsDocument(t *testing.T) {
	file := filepath.Join("..", "..", "docs", "events.md")
	want := eventsDocument()
	if *update {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the tables say; run: go test ./router/twilio -run EventsDocument -update", file)
	}
}

const eventsIntroduction = `# The kinds of events

Every webhook of Twilio's becomes an event, and every event has a kind. ` + "`on(\"message.received\", …)`" + ` in a script and ` + "`on = [\"message.*\"]`" + `
in a route name kinds; ` + "`*`" + ` stands for any run of characters. This page is written from the tables in router/twilio/kinds*.go.

Where Twilio sends a value that is not listed, it passes all the same: a new message status ` + "`huh`" + ` is ` + "`message.huh`" + `. What nothing
recognises is ` + "`twilio.unknown`" + ` or ` + "`twilio.unknown-json`" + `. Scripts emit kinds of their own, ` + "`app.…`" + `. ` + "`call.answered`" + ` is another name of ` + "`call.in-progress`" + `.

- **wants** is the reply that Twilio expects; a kind that wants none is a fact, and runs in the background.
- **known again by** are the parameters that make a second request the same fact; each must have been sent, save those marked ` + "`?`" + `, and ` + "`A/B`" + ` is either.
  ` + "`request`" + ` is the request itself, by its I-Twilio-Idempotency-Token and what was signed; where nothing is named, that alone counts, and without a token nothing does.
- **in order by** is the parameter whose runs never overlap; where several are named, the first that was sent.
`

func eventsDocument() []byte {
	var b bytes.Buffer
	b.WriteString(eventsIntroduction)
	product := ""
	var products []string
	for _, info := range Kinds() {
		if !slices.Contains(products, info.Product) {
			products = append(products, info.Product)
		}
	}
	for _, product = range products {
		fmt.Fprintf(&b, "\n## %s\n\n| kind | what happened | wants | known again by | in order by |\n| --- | --- | --- | --- | --- |\n", product)
		for _, info := range Kinds() {
			if info.Product != product {
				continue
			}
			order := info.Order
			if order == "" && info.row != nil {
				order = info.row.SID
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", code(info.Kind), cell(info.About), info.Wants, code(info.Key), code(order))
		}
	}
	b.WriteString("\n## How a request is recognised\n\nThe first row that fits decides. All words of a row must hold: `A|B` is either, `!A` is not sent, `A=x,y*` is sent with such a value.\n")
	for _, part := range []struct {
		title string
		table *kindTable
	}{
		{"Parameters: the form of a POST, or the query of a GET", forms},
		{"A JSON body, or each element of a batch of CloudEvents", bodies},
	} {
		fmt.Fprintf(&b, "\n### %s\n\n| when | kind |\n| --- | --- |\n", part.title)
		for i := range part.table.rows {
			row := &part.table.rows[i]
			fmt.Fprintf(&b, "| %s | %s |\n", code(row.When), code(row.Kind))
		}
	}
	b.WriteString("\n`ErrorCode` and `ErrorUrl` together make the event a fallback, whatever its kind: `event.fallback`.\n")
	return b.Bytes()
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + cell(s) + "`"
}

func cell(s string) string {
	return strings.NewReplacer("|", `\|`, "<", "&lt;", ">", "&gt;").Replace(s)
}
