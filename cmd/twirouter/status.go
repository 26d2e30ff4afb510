package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"twirouter/router"
	"twirouter/router/admin"
	"twirouter/router/config"
)

// maxAdminAnswer bounds what is read of an answer.
const maxAdminAnswer = 16 << 20

func (c *cli) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show the running server: generation, problems, queue, store",
		Long: `Show the running server. The exit code is 3 while something wants attention:
the files on disk are not in force, the store cannot be written, or an event is
dead.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.status(cmd.Context()) },
	}
}

func (c *cli) reloadCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "reload",
		Short: "Make the running server read its files now, and say what came of it",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return c.reload(cmd.Context()) },
	}
}

func (c *cli) status(ctx context.Context) error {
	var st admin.Status
	if _, err := c.ask(ctx, http.MethodGet, "/api/v1/status", &st); err != nil {
		return err
	}
	if err := c.print(st, func(w io.Writer) { showStatus(w, st) }); err != nil {
		return err
	}
	if !st.OK() {
		return found()
	}
	return nil
}

func showStatus(w io.Writer, st admin.Status) {
	file := st.Config
	if file == "" {
		file = "no configuration file"
	}
	fmt.Fprintf(w, "generation %d of %s, loaded %s: %s, %s, %s\n", st.Generation, file, st.Loaded.Local().Format(time.DateTime),
		count(st.Scripts, "script"), count(st.Routes, "route"), count(st.Accounts, "account"))
	fmt.Fprintf(w, "listens on %s, up since %s\n", strings.Join(st.Listen, " "), st.Started.Local().Format(time.DateTime))
	fmt.Fprintf(w, "store %s  %d done, %d queued, %d running, %d dead\n", st.Store,
		st.Events[string(router.StateDone)], st.Events[string(router.StateQueued)], st.Events[string(router.StateRunning)], st.Events[string(router.StateDead)])
	fmt.Fprintf(w, "since the start: %d accepted, %d of them duplicates", st.Counts["accepted"], st.Counts["duplicates"])
	for _, name := range []string{"refused", "reported", "malformed", "unrecorded", "unavailable", "saturated", "panics"} {
		if n := st.Counts[name]; n > 0 {
			fmt.Fprintf(w, ", %d %s", n, name)
		}
	}
	fmt.Fprintln(w)
	if st.Draining {
		fmt.Fprintln(w, "draining")
	}
	for _, p := range st.Problems {
		fmt.Fprintln(w, p)
	}
	for _, r := range st.Restart {
		fmt.Fprintf(w, "%s changed: this needs a restart\n", r)
	}
	if !st.StoreOK {
		fmt.Fprintln(w, "the store cannot be written")
	}
	if n := st.Events[string(router.StateDead)]; n > 0 {
		fmt.Fprintf(w, "%s failed in the background for good: the log says why\n", count(n, "event"))
	}
	switch {
	case st.Failing:
		fmt.Fprintf(w, "the files on disk are not in force: generation %d goes on\n", st.Generation)
	case st.OK():
		fmt.Fprintln(w, "all is well")
	}
}

func (c *cli) reload(ctx context.Context) error {
	var res admin.Reloaded
	code, err := c.ask(ctx, http.MethodPost, "/api/v1/reload", &res)
	if err != nil {
		return err
	}
	if code != http.StatusOK && code != http.StatusConflict {
		return fail("", "the server answered %d", code)
	}
	err = c.print(res, func(w io.Writer) {
		for _, p := range res.Problems {
			fmt.Fprintln(w, p)
		}
		if res.OK {
			fmt.Fprintf(w, "generation %d is in force\n", res.Generation)
		} else {
			fmt.Fprintf(w, "not reloaded: generation %d goes on\n", res.Generation)
		}
		for _, r := range res.Restart {
			fmt.Fprintf(w, "%s changed: this needs a restart\n", r)
		}
	})
	if err == nil && !res.OK {
		return found()
	}
	return err
}

// ask calls the running server's people's door: that of `dev` in this folder if
// it left its address, else the configured one.
func (c *cli) ask(ctx context.Context, method, path string, into any) (int, error) {
	base, token, err := c.adminAddress()
	if err != nil {
		return 0, err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, base+path, nil)
	if err != nil {
		return 0, fail("", "%v", err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token.Reveal())
	}
	client := &http.Client{Transport: &http.Transport{Proxy: nil, DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return 0, fail("is it running? admin.listen says where it is looked for", "no server answers at %s: %s", base, plain(err))
	}
	defer func() { _ = resp.Body.Close() }() // it was read, or there is nothing to do about it
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAdminAnswer))
	if err != nil {
		return 0, fail("", "the answer of %s broke off: %s", base, plain(err))
	}
	if resp.StatusCode == http.StatusUnauthorized || resp.StatusCode == http.StatusForbidden {
		return 0, fail("set admin.token to the token of the running server", "%s", strings.TrimSpace(string(body)))
	}
	if err := json.Unmarshal(body, into); err != nil {
		return 0, fail("is it twirouter that listens there?", "%s did not answer in JSON", base)
	}
	return resp.StatusCode, nil
}

func (c *cli) adminAddress() (base string, token router.Secret, err error) {
	if dev, ok := readDev(); ok && c.configFile == "" {
		return dev.Admin, "", nil
	}
	if c.configFile != "" && !exists(c.configFile) {
		return "", "", noConfig(c.configFile)
	}
	l := c.newLoader(nil, true)
	defer l.close()
	s, err := l.Read()
	if err != nil {
		return "", "", err
	}
	cfg := s.Data.(*config.Files).Config()
	base, err = loopbackURL("http://", cfg.Admin.Listen)
	return base, cfg.Admin.Token, err
}

// loopbackURL is where a program on this machine reaches a listen address.
func loopbackURL(scheme, address string) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", fail("", "listen address %q: %v", address, err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return scheme + net.JoinHostPort(host, port), nil
}

// readDev reads what a running `dev` left in this folder.
func readDev() (devServer, bool) {
	var d devServer
	text, err := os.ReadFile(devFile)
	if err != nil || json.Unmarshal(text, &d) != nil || d.URL == "" {
		return devServer{}, false
	}
	return d, true
}
