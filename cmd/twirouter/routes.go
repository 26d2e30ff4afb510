package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"twirouter/router"
	"twirouter/router/config"
	"twirouter/router/twilio"
)

func (c *cli) routesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "routes",
		Short: "Show every route with its URL and the scripts that it runs",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return c.routes(cmd.Context()) },
	}
	cmd.AddCommand(&cobra.Command{
		Use:   "test FILE",
		Short: "Say which route takes a captured request, and why the others do not",
		Long: `Say which route takes a captured request, and why the others do not. The exit
code is 3 if none does.

` + captureHelp,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return c.routesTest(cmd.Context(), args[0]) },
	})
	return cmd
}

// generation loads what serve would, for a command that serves nothing. What is
// wrong is printed, and the error is then found(). The caller closes l, also
// after an error.
func (c *cli) generation(ctx context.Context, l *loader) (*router.Generation, error) {
	if c.configFile != "" && !exists(c.configFile) {
		return nil, noConfig(c.configFile)
	}
	g, problems := l.load(ctx)
	if g == nil {
		for _, p := range problems {
			fmt.Fprintln(c.Err, p)
		}
		fmt.Fprintf(c.Err, "twirouter: %s: %s\n", l.name(), count(len(problems.Errors()), "problem"))
		return nil, found()
	}
	return g, nil
}

// takesAll makes the route that there is without a configuration file take
// every path: a captured request may have come anywhere.
func (l *loader) takesAll() *loader {
	if l.found.Path == "" {
		l.deps.Paths = []string{"/*"}
	}
	return l
}

// shownRoute is what routes prints for programs. What is absent is null.
type shownRoute struct {
	Name      string          `json:"name"`
	URLs      []string        `json:"urls"` // whole, passwords masked; empty without public_url
	Path      string          `json:"path"`
	Methods   []string        `json:"methods"`
	On        []string        `json:"on"` // empty: every kind
	When      *string         `json:"when"`
	Vars      []string        `json:"vars"`
	Verify    router.Verify   `json:"verify"`
	BasicAuth bool            `json:"basic_auth"`
	Mode      router.Mode     `json:"mode"`
	Timeout   float64         `json:"timeout_ms"`
	Fallback  []string        `json:"fallback"` // kinds of replies that have one
	Overrides *string         `json:"overrides"`
	Suggested *string         `json:"suggested_overrides"` // with which Twilio tries refused facts again
	Scripts   []checkedScript `json:"scripts"`

	timeout time.Duration
}

func (c *cli) routes(ctx context.Context) error {
	l := c.newLoader(nil, true)
	defer l.close()
	g, err := c.generation(ctx, l)
	if err != nil {
		return err
	}
	list := make([]shownRoute, 0, len(g.Routes))
	for _, r := range g.Routes {
		list = append(list, showRoute(g, r))
	}
	return c.print(list, func(w io.Writer) { printRoutes(w, g, list) })
}

func showRoute(g *router.Generation, r *router.Route) shownRoute {
	out := shownRoute{
		Name: r.Name, URLs: []string{}, Path: r.Path, Methods: r.Methods, On: []string{}, When: text(condition(g, r.Name)), Vars: []string{},
		Verify: r.Verify, BasicAuth: r.BasicAuth != nil, Mode: r.Mode, Timeout: milliseconds(r.Timeout), timeout: r.Timeout,
		Fallback: []string{}, Overrides: text(r.Overrides), Scripts: []checkedScript{},
	}
	fragment := ""
	if r.Overrides != "" {
		fragment = "#" + r.Overrides
	}
	for _, o := range origins(g) {
		out.URLs = append(out.URLs, o.String()+r.Path+fragment)
	}
	for _, k := range r.On {
		out.On = append(out.On, string(k))
	}
	for _, v := range r.Vars {
		out.Vars = append(out.Vars, v.Name)
	}
	for _, f := range []struct {
		name string
		body []byte
	}{{"voice", r.Fallback.Voice}, {"messaging", r.Fallback.Messaging}, {"json", r.Fallback.JSON}} {
		if f.body != nil {
			out.Fallback = append(out.Fallback, f.name)
		}
	}
	if takesFacts(r) {
		out.Suggested = text(retried(r.Overrides))
	}
	for _, s := range r.Scripts {
		one := checkedScript{Name: s.Name, File: s.File, Kinds: []string{}, Steps: append([]string{}, s.Steps...)}
		for _, h := range s.Handlers {
			for _, k := range h.Kinds {
				one.Kinds = append(one.Kinds, string(k))
			}
		}
		out.Scripts = append(out.Scripts, one)
	}
	return out
}

// condition is the route's when, as the configuration has it.
func condition(g *router.Generation, route string) string {
	if c, ok := g.Settings.(*config.Config); ok {
		for _, r := range c.Routes {
			if r.Name == route {
				return r.When
			}
		}
	}
	return ""
}

// takesFacts reports whether the route takes a kind that wants no reply and
// that Twilio can be told to send again.
func takesFacts(r *router.Route) bool {
	for _, k := range twilio.Kinds() {
		if k.Wants == router.WantsNothing && k.Product != "conversations" && k.Product != "frontline" && k.Product != "twilio" && k.Product != "router" && k.Product != "app" &&
			r.Takes(&router.Event{Kind: k.Kind}) {
			return true
		}
	}
	return false
}

// retried is what overrides become so that Twilio tries again after a 503; ""
// if they say it already. rc is how often and rp after what
// (https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides).
func retried(overrides string) string {
	kept := []string{"rc=2", "rp=5xx,ct,rt"}
	count, again := false, false
	for pair := range strings.SplitSeq(overrides, "&") {
		key, value, _ := strings.Cut(pair, "=")
		switch key {
		case "rc":
			if count = value != "0"; count {
				kept[0] = pair
			}
		case "rp":
			policies := strings.Split(value, ",")
			if again = slices.Contains(policies, "5xx") || slices.Contains(policies, "all"); again {
				kept[1] = pair
			} else {
				kept[1] = "rp=" + strings.Join(append(policies, "5xx"), ",")
			}
		case "":
		default:
			kept = append(kept, pair)
		}
	}
	if again && (count || !strings.Contains("&"+overrides, "&rc=")) { // one retry is Twilio's default
		return ""
	}
	return strings.Join(kept, "&")
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func printRoutes(w io.Writer, g *router.Generation, list []shownRoute) {
	suggested := ""
	for i, r := range list {
		if i > 0 {
			fmt.Fprintln(w)
		}
		urls := r.URLs
		if len(urls) == 0 {
			urls = []string{r.Path}
			if r.Overrides != nil {
				urls[0] += "#" + *r.Overrides
			}
		}
		fmt.Fprintf(w, "%s\n", r.Name)
		line := func(name, format string, args ...any) {
			fmt.Fprintf(w, "  %-8s %s\n", name, fmt.Sprintf(format, args...))
		}
		for j, u := range urls {
			name := "url"
			if j > 0 {
				name = "or"
			}
			line(name, "%s  %s", u, strings.Join(r.Methods, " "))
		}
		if len(r.On) > 0 {
			line("on", "%s", strings.Join(r.On, ", "))
		} else {
			line("on", "every kind")
		}
		if r.When != nil {
			line("when", "%s", oneLine(*r.When))
		}
		if len(r.Vars) > 0 {
			line("vars", "%s", strings.Join(r.Vars, ", "))
		}
		verify := string(r.Verify)
		if r.BasicAuth {
			verify += ", and user and password"
		}
		line("verify", "%s", verify)
		fallback := ""
		if len(r.Fallback) > 0 {
			fallback = ", then its fallback for " + strings.Join(r.Fallback, ", ")
		}
		line("mode", "%s, within %s%s", r.Mode, r.timeout, fallback)
		if len(r.Scripts) == 0 {
			line("scripts", "none: every event gets the empty answer")
		}
		for j, s := range r.Scripts {
			name := ""
			if j == 0 {
				name = "scripts"
			}
			handled := strings.Join(s.Kinds, ", ")
			for _, step := range s.Steps {
				handled = strings.TrimPrefix(handled+", step "+step, ", ")
			}
			if handled == "" {
				handled = "nothing"
			}
			line(name, "%-16s %s", s.Name, handled)
		}
		if r.Suggested != nil {
			suggested = *r.Suggested
			line("note", "a fact that is refused with 503 comes back only if the URL ends in #%s", suggested)
		}
	}
	fmt.Fprintln(w)
	if len(g.Server.PublicURLs) == 0 {
		fmt.Fprintln(w, "server.public_url is not set: it would stand before every path.")
	}
	if suggested != "" {
		fmt.Fprintln(w, "503 is the answer while the store cannot be written. overrides in [route.NAME] puts the fragment into the URLs above.")
	}
}

// tested is what routes test prints for one event.
type tested struct {
	Kind   string  `json:"kind"`
	SID    *string `json:"sid"`
	Path   string  `json:"path"`
	Route  *string `json:"route"` // null: none takes it
	Routes []trial `json:"routes"`
}

func (c *cli) routesTest(ctx context.Context, file string) error {
	l := c.newLoader(nil, true)
	defer l.close()
	g, err := c.generation(ctx, l)
	if err != nil {
		return err
	}
	from, err := c.readCapture(file)
	if err != nil {
		return err
	}
	a, err := arrive(g, from, "")
	if err != nil {
		return err
	}
	if err := a.unverified(time.Now(), l.deps.IDs.Next); err != nil {
		return err
	}
	list, missed := []tested{}, false
	for _, ev := range a.events {
		r, err := a.match(ctx, ev)
		if err != nil {
			return err
		}
		if a.refused != "" {
			r = nil
		}
		t := tested{Kind: ev.Kind, SID: text(ev.SID), Path: ev.Path, Routes: a.trials(ctx, ev, r)}
		if r != nil {
			t.Route = text(r.Name)
		}
		missed = missed || r == nil
		list = append(list, t)
	}
	err = c.print(list, func(w io.Writer) {
		if a.refused != "" {
			fmt.Fprintf(w, "the door answers %s\n", a.refused)
		}
		for _, t := range list {
			taker := "none takes it"
			if t.Route != nil {
				taker = "taken by " + *t.Route
			}
			fmt.Fprintf(w, "%s at %s: %s\n", t.Kind, oneLine(t.Path), taker)
			showTrials(w, t.Routes)
		}
	})
	if err == nil && missed {
		return found()
	}
	return err
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
